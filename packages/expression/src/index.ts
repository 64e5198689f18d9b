// Expressions, field paths, templates and times of job files, compiled once and run per record.
// The grammar is CEL's, read by a library; the meaning is ours: doubles only, missing is null, own properties only.
// Not here: aggregates themselves (a call is only taken apart) and anything that knows streams or files.
// Nothing evaluates text as code: a syntax tree becomes closures, and a slow interpreter in the tests is their oracle.
// Start with compile-expression.ts; operators.ts holds the rules.
export { type AggregateCall, compileAggregateCall } from './compile-aggregate-call.ts'
export { checkExpression, compileExpression, type Expression } from './compile-expression.ts'
export { compilePath, type Path } from './compile-path.ts'
export { compileTemplate, type Template } from './compile-template.ts'
export { compileTime, type NumberTime, numberTime, type TimeOptions } from './compile-time.ts'
export type { EvaluationContext } from './evaluation-context.ts'
export { type FieldTest, fieldTests, type Next } from './field-tests.ts'
export { expectedOfTexts, fieldsOfTexts } from './fields-of-texts.ts'
export { reservedNames } from './reserved-names.ts'
export type { FunctionLike, Scope } from './syntax/scope.ts'
export { fromLocalTime, isZone, localTime } from './time/zone.ts'
