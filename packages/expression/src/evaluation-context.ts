/** What an expression can know beside the record. */
export interface EvaluationContext {
  /** Epoch ms of the record's event time, for `eventTime()`. */
  readonly timestamp: number
  /** The record's key by name, for `key('name')`; absent without a key. */
  readonly key?: Readonly<Record<string, unknown>> | undefined
  /** Values of the scope's `names`, in their order; a missing one is null. */
  readonly names?: readonly unknown[] | undefined
}
