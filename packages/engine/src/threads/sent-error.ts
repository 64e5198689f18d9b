import { messageOf, MillraceError } from '@millrace/base'
import type { SentError } from './thread-message.ts'

/** An error as data. */
export function toSent({ cause, code, hint, message, retry, where }: MillraceError): SentError {
  const sent = { code, hint, message, retry, where }
  return cause === undefined ? sent : { ...sent, cause: messageOf(cause) }
}

/** The error again. */
export function fromSent({ cause, code, hint, message, retry, where }: SentError): MillraceError {
  const own = cause === undefined ? undefined : new Error(cause)
  return new MillraceError(code, message, { hint, retry, where, cause: own })
}
