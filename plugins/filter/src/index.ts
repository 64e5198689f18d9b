// The stage `filter`: passes the records for which an expression is true.
// It changes nothing and remembers nothing; what it takes out is counted with a reason.
// To send the others somewhere instead of filtering them, use the stage `route`.
// Expressions are those of @millrace/expression.
// Start with filter.ts.
export { filter, filter as default, type FilterParameters } from './filter.ts'
