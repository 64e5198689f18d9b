import type { Backoff } from '@millrace/core'
import { jobDefaults } from '@millrace/sdk'

/** Which failures are worth another try, and how many. */
export interface Retry {
  /** Tries after the first one. */
  readonly times: number
  /** Default: 100 ms, twice as long each time, at most 30 s, up to 20 % longer by chance. */
  readonly backoff?: Backoff | undefined
  /** Codes of errors that are tried again: that of the dead letter, or the `code` of what was thrown. Default: all. */
  readonly on?: readonly string[] | undefined
  /** Codes of errors that are not; they win over `on`. */
  readonly notOn?: readonly string[] | undefined
}

/** What becomes of a record when no more is tried. `park` holds at most `most` records (default 10,000); one more fails the job. */
export type FinalPolicy =
  | 'fail'
  | 'skip'
  | 'deadLetter'
  | 'park'
  | { readonly park: { readonly most?: number | undefined } }

/** What becomes of a record that fails. `then` defaults to `deadLetter` where there is a dead letter sink, else `fail`. */
export type ErrorPolicy =
  | FinalPolicy
  | { readonly retry: Retry; readonly then?: FinalPolicy | undefined }

/** The name of a final policy. */
export type Fate = 'fail' | 'skip' | 'deadLetter' | 'park'

/** A policy with its defaults. */
export interface ResolvedPolicy {
  readonly fate: Fate
  readonly retry: Retry | undefined
  /** The most records that may be parked. */
  readonly parkMost: number
}

/** Fills in what a policy leaves out; `usual` is the fate where nothing is said. */
export function resolvePolicy(policy: ErrorPolicy | undefined, usual: Fate): ResolvedPolicy {
  const retry = typeof policy === 'object' && 'retry' in policy ? policy.retry : undefined
  const last = typeof policy === 'object' && 'retry' in policy ? policy.then : policy
  const parkMost = jobDefaults.parkMost
  if (typeof last !== 'object') return { fate: last ?? usual, retry, parkMost }
  return { fate: 'park', retry, parkMost: last.park.most ?? parkMost }
}

/** A source's own: what it cannot decode is never read better, so nothing is tried again and nothing parked. */
export function sourcePolicy(policy: ResolvedPolicy, usual: Fate): ResolvedPolicy {
  return { ...policy, fate: policy.fate === 'park' ? usual : policy.fate, retry: undefined }
}
