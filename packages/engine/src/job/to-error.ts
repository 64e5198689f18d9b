import { isMillraceError, messageOf, type MillraceError } from '@millrace/base'
import { ENG_INTERNAL } from '../errors.ts'

/** What was thrown, as an error of the job. */
export function toError(error: unknown): MillraceError {
  return isMillraceError(error) ? error : internal(error)
}

/** An actor came down that nothing of ours brought down. */
export function internal(error: unknown): MillraceError {
  return ENG_INTERNAL({ message: messageOf(error) }, undefined, error)
}
