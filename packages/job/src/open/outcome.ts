/**
 * What became of one record: exactly one of these, with the results that it gave, in order. Where it took several ways, one of them may
 * have given results and another one have failed.
 */
export type Outcome<Out> = Fate & { readonly results: readonly Out[] }

type Fate =
  /** It came through, or was taken into state; or a stage let it exit, for this reason. */
  | { readonly fate: 'used'; readonly reason?: string }
  /** A stage let it out, for this reason. */
  | { readonly fate: 'filtered'; readonly reason: string }
  /** It came behind the watermark, and nobody reads late records. */
  | { readonly fate: 'late' }
  /** A stage or sink failed on it. */
  | {
      readonly fate: 'dead'
      readonly stage: string
      readonly code: string
      readonly message: string
    }
  /** A full mailbox dropped it, a newer record outdated it, or the job was stopped before it was taken. */
  | { readonly fate: 'dropped'; readonly reason: 'overflow' | 'outdated' | 'stopped' }
  /** It is parked in a stage; what comes of it later is among the results of the job. */
  | { readonly fate: 'held' }
