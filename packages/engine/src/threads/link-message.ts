import type { EncodedBatch } from './batch-encoder.ts'

/** What goes over a link: an edge whose writer and reader are in two threads. `link` is its number among all of the job. */
export type LinkMessage =
  | {
      readonly kind: 'batch'
      readonly link: number
      readonly batch: EncodedBatch
      readonly mark: number
    }
  | {
      readonly kind: 'mark'
      readonly link: number
      readonly mark: number
      readonly isIdle: boolean
    }
  | { readonly kind: 'unit' | 'barrier'; readonly link: number }
  | { readonly kind: 'end'; readonly link: number; readonly complete: boolean }
  /** Back to the writer: the reader is done with so many records. */
  | { readonly kind: 'credit'; readonly link: number; readonly count: number }

/** Copies a message to the other thread, in order. Throws what cannot be copied. */
export type Post = (message: LinkMessage) => void
