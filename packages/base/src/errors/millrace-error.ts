/** Where an error happened, as far as it is known. Lines and columns count from 1. */
export interface Where {
  readonly file?: string | undefined
  readonly line?: number | undefined
  readonly column?: number | undefined
  /** Path inside a document, such as `pipeline.stages[1].parameters.size`. */
  readonly path?: string | undefined
  readonly stage?: string | undefined
  /** The record's place in its source, such as `flights.jsonl:17`. */
  readonly record?: string | undefined
}

const brand = Symbol.for('@millrace/base/error')

/** An expected, coded error. `hint` says what to do next; `retry` tells supervisors and sinks whether trying again can help. */
export class MillraceError extends Error {
  override readonly name = 'MillraceError'
  readonly code: string
  readonly hint: string
  readonly retry: 'never' | 'later'
  readonly where: Where
  readonly [brand] = true

  constructor(
    code: string,
    message: string,
    options: {
      readonly hint: string
      readonly retry: 'never' | 'later'
      readonly where?: Where | undefined
      readonly cause?: unknown
    },
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.hint = options.hint
    this.retry = options.retry
    this.where = options.where ?? {}
  }

  toJSON(): { code: string; message: string; hint: string; where: Where } {
    return { code: this.code, message: this.message, hint: this.hint, where: this.where }
  }
}

/** The same error at another place. */
export function placed(error: MillraceError, where: Where): MillraceError {
  const { code, message, hint, retry, cause, stack } = error
  const moved = new MillraceError(code, message, { hint, retry, cause, where })
  // Where it was thrown says more than where it was placed.
  if (stack !== undefined) moved.stack = stack
  return moved
}

/** True for a coded error, of this or another copy of the package; with `code`, only for that code. */
export function isMillraceError(error: unknown, code?: string): error is MillraceError {
  return (
    typeof error === 'object' &&
    error !== null &&
    brand in error &&
    (code === undefined || (error as MillraceError).code === code)
  )
}
