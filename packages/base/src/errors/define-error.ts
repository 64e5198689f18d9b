import { MillraceError, type Where } from './millrace-error.ts'

/** Makes errors of one code; `where` and `cause` are kept on the error. */
export interface ErrorOf<Details> {
  (details: Details, where?: Where, cause?: unknown): MillraceError
  readonly code: string
}

/**
 * Declares a coded error. The code is stable for ever and starts with its owner's prefix.
 * `hint` is required: no error without a next step. `retry` defaults to `'never'`.
 */
export function defineError<Details = Record<string, never>>(definition: {
  readonly code: string
  readonly retry?: 'never' | 'later'
  readonly message: (details: Details) => string
  readonly hint: (details: Details) => string
}): ErrorOf<Details> {
  const make = (details: Details, where?: Where, cause?: unknown): MillraceError =>
    new MillraceError(definition.code, definition.message(details), {
      hint: definition.hint(details),
      retry: definition.retry ?? 'never',
      where,
      cause,
    })
  return Object.assign(make, { code: definition.code })
}
