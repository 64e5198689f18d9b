import type { SinkToken } from '@millrace/sdk'

/** Tells a sink that a checkpoint is durable. */
export interface Committing {
  readonly kind: 'committing'
  readonly token: SinkToken
  /** Told when what the token names is visible. */
  readonly done: () => void
}
