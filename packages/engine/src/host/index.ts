// What ties the engine to Node: the only place of the engine that may name node: modules.
// Other surroundings bring a Runtime of their own. Start with node-runtime.ts.
export { nodeRuntime } from './node-runtime.ts'
