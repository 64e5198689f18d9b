// The stage `union`: one stream of several, each record with the name of the input it came by.
// The names are those that the job gives in `from`; records of one input keep their order, between inputs there is none.
// Where no name is wanted no stage is needed: any stage reads several with a list in `from`.
// It keeps nothing, and event time is that of the input that is furthest behind.
// Start with union.ts.
export { union, union as default, type UnionParameters } from './union.ts'
