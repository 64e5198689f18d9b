// The stage `route`: sends records to named outputs by condition.
// Its outputs are made from its parameters; it changes nothing and remembers nothing.
// To drop records instead of routing them, use the stage `filter`.
// Expressions are those of @millrace/expression.
// Start with route.ts.
export { route, route as default, type RouteParameters } from './route.ts'
