import { expect, it } from 'vitest'

import { defineError } from './define-error.ts'
import { isMillraceError } from './millrace-error.ts'
import { renderError, renderWhere } from './render-error.ts'

const UNKNOWN_KEY = defineError<{ key: string; near?: string }>({
  code: 'TST_UNKNOWN_KEY',
  message: (details) => `Unknown key "${details.key}" in window.`,
  hint: (details) =>
    details.near === undefined ? 'List the keys.' : `Did you mean "${details.near}"?`,
})
const BUSY = defineError({
  code: 'TST_BUSY',
  retry: 'later',
  message: () => 'The server is busy.',
  hint: () => 'Wait a minute.',
})

it('shows code, message, place and next step', () => {
  const error = UNKNOWN_KEY(
    { key: 'latness', near: 'lateness' },
    { file: 'pipeline.yaml', line: 14, column: 7, path: 'stages[1].window.latness' },
  )

  expect(renderError(error)).toMatchInlineSnapshot(`
    "error[TST_UNKNOWN_KEY]: Unknown key "latness" in window.
      at   pipeline.yaml:14:7  stages[1].window.latness
      next Did you mean "lateness"?"
  `)
})

it('leaves the place out when nothing is known of it', () => {
  expect(renderError(BUSY({}))).toBe('error[TST_BUSY]: The server is busy.\n  next Wait a minute.')
})

it('shows other errors and other thrown things by their text', () => {
  expect(renderError(new TypeError('x is not a function'))).toBe('error: x is not a function')
  expect(renderError('plain')).toBe('error: plain')
})

it('shows as much of a place as is known', () => {
  expect(renderWhere({ file: 'a.yaml', column: 3 })).toBe('a.yaml')
  expect(renderWhere({ file: 'a.yaml', line: 2 })).toBe('a.yaml:2')
  expect(renderWhere({ path: '', stage: 'hourly', record: 'in.jsonl:9' })).toBe(
    'stage hourly  record in.jsonl:9',
  )
})

it('keeps cause and retry, and is recognized by its code', () => {
  const cause = new Error('socket closed')
  const error = BUSY({}, { stage: 'out' }, cause)

  expect(error.cause).toBe(cause)
  expect(error.retry).toBe('later')
  expect(UNKNOWN_KEY({ key: 'x' }).retry).toBe('never')
  expect(isMillraceError(error)).toBe(true)
  expect(isMillraceError(error, BUSY.code)).toBe(true)
  expect(isMillraceError(error, UNKNOWN_KEY.code)).toBe(false)
  expect(isMillraceError(cause)).toBe(false)
  expect(isMillraceError(null)).toBe(false)
})

it('is written to JSON with its hint and place, without stack or cause', () => {
  const error = BUSY({}, { stage: 'out' }, new Error('socket closed'))

  expect(JSON.parse(JSON.stringify(error))).toEqual({
    code: 'TST_BUSY',
    message: 'The server is busy.',
    hint: 'Wait a minute.',
    where: { stage: 'out' },
  })
})
