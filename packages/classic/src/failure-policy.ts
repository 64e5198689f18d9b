import type { ErrorPolicy } from '@millrace/job'
import { toChoice } from './options.ts'

/** What becomes of an event that fails for good. */
export type FinalFate = 'fail' | 'skip' | 'deadLetter'

/** What becomes of an event that a processor fails on; `then` defaults to `deadLetter`. */
export type FailurePolicy =
  | FinalFate
  | {
      readonly retry: Extract<ErrorPolicy, { readonly retry: unknown }>['retry']
      readonly then?: FinalFate
    }

const fates = ['fail', 'skip', 'deadLetter'] as const

/** A policy; nothing is parked, for nobody could release it. Throws CLASSIC_OPTION. */
export function toPolicy(of: string, policy: FailurePolicy | undefined): FailurePolicy | undefined {
  const isFate = policy === undefined || typeof policy !== 'object'
  const value = isFate ? policy : policy.then
  if (value !== undefined)
    toChoice(of, isFate ? 'onError' : 'onError.then', { known: fates, value })
  return policy
}
