// The stage `aggregate` and the functions it folds with: counts, sums, means, sketches.
// Other stages (windows) use the functions through compileAggregates.
// New functions come from plugins that define an aggregate; nothing here needs to change for them.
// Accumulators are changed in place: everything that can throw is evaluated before the first change.
// Start with aggregate.ts, then aggregate-set.ts and functions/.
export { aggregate, aggregate as default } from './aggregate.ts'
export {
  type AggregateParameters,
  aggregateValues,
  checkAggregateValues,
} from './aggregate-parameters.ts'
export { type AggregateSet, type AggregateValue, compileAggregates } from './aggregate-set.ts'
export { createCombiner, type PartialGroup } from './combiner.ts'
export { areOfNumbers, fieldsOfValues } from './fields-of-values.ts'
export { aggregateFunctions, exactFunctions } from './functions/functions.ts'
