import fc from 'fast-check'
import { kinds, type Shape, type StageShape } from './graphs.test-support.ts'

const row = fc.record({
  n: fc.nat(30),
  key: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
  t: fc.nat(60),
})
const few = (max: number) => fc.integer({ min: 1, max })
const stage = fc.record<StageShape>({
  kind: fc.constantFrom(...kinds),
  reads: fc.array(fc.nat(), { minLength: 1, maxLength: 3 }),
  runs: fc.constantFrom('here', 'here', 'async', 'threads', 'threads', 'processes'),
  workers: fc.integer({ min: 2, max: 3 }),
  isOrdered: fc.boolean(),
  batch: fc.option(few(4), { nil: undefined }),
})
/** Graphs of stages, some of them with workers. */
export const shapes = fc.record<Shape>({
  sources: fc.array(fc.array(row, { maxLength: 30 }), { minLength: 1, maxLength: 2 }),
  sizes: fc.array(few(9), { minLength: 1, maxLength: 3 }),
  waits: fc.array(fc.nat(3), { minLength: 1, maxLength: 3 }),
  stages: fc.array(stage, { minLength: 1, maxLength: 6 }),
  capacity: fc.constantFrom(1, 2, 5, 4096),
})
