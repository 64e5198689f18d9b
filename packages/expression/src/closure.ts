import type { EvaluationContext } from './evaluation-context.ts'

/** A compiled node. Gives null, never undefined. */
export type Closure = (record: unknown, context: EvaluationContext) => unknown

/** A compiled node in a place where only its truth counts. */
export type Condition = (record: unknown, context: EvaluationContext) => boolean
