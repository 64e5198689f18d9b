import { ENG_FIELD_UNSEEN } from '@millrace/engine'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { errorLine, jsonLogger, logLine } from './log-line.ts'

const time = Date.UTC(2026, 10, 21, 22, 40)

it('a line says when, how grave, which job and stage, what, and the fields', () => {
  const lines: string[] = []
  const logger = jsonLogger('info', 'flights', {
    now: () => time,
    write: (line) => void lines.push(line),
  })

  logger.debug('dropped')
  logger.info('opened', { file: 'in.jsonl', bytes: 12, stage: 'read' })
  logger.warn('slow')
  logger.error('gone', { code: null })

  expect(lines.join('')).toBe(
    `{"time":"2026-11-21T22:40:00.000Z","level":"info","job":"flights","stage":"read","message":"opened","fields":{"file":"in.jsonl","bytes":12}}
{"time":"2026-11-21T22:40:00.000Z","level":"warn","job":"flights","message":"slow"}
{"time":"2026-11-21T22:40:00.000Z","level":"error","job":"flights","message":"gone","fields":{"code":null}}
`,
  )
})

it('is one line of JSON whatever the message and the fields are', () => {
  const fields = fc.dictionary(fc.string(), fc.anything({ withBigInt: true, withDate: true }))
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fields, (message, some) => {
      const line = logLine({ level: 'warn', job: 'a', message, fields: some }, time)

      expect(line.slice(0, -1)).not.toMatch(/[\n\r]/)
      expect(line.at(-1)).toBe('\n')
      expect(JSON.parse(line)).toMatchObject({ level: 'warn', job: 'a', message })
    }),
    { numRuns: 200 },
  )
})

it('shows errors and large numbers among the fields, and says where fields cannot be shown', () => {
  const loop: Record<string, unknown> = {}
  loop['self'] = loop
  const fieldsOf = (fields: Record<string, unknown>): unknown =>
    (JSON.parse(logLine({ level: 'info', message: '', fields }, time)) as { fields: unknown })
      .fields

  expect(fieldsOf({ error: new Error('broken'), big: 2n ** 64n })).toEqual({
    error: 'broken',
    big: '18446744073709551616',
  })
  expect(fieldsOf({ loop })).toEqual({
    unreadable: expect.stringContaining('Converting circular structure to JSON') as string,
  })
})

it('of an error has its message, and code, place and hint as fields', () => {
  const where = { file: 'job.yaml', line: 3, stage: 'map' }
  const error = ENG_FIELD_UNSEEN({ id: 'map', field: 'vlaue', near: 'value', records: 9 }, where)

  expect(errorLine(error, false)).toEqual({
    message: error.message,
    fields: { code: 'ENG_FIELD_UNSEEN', ...where, hint: error.hint },
  })
  expect(errorLine(new TypeError('x'), false)).toEqual({ message: 'x', fields: {} })
  expect(errorLine('text', true)).toEqual({ message: 'text', fields: {} })
  expect(errorLine(new TypeError('x'), true).fields).toEqual({
    stack: expect.stringMatching(/^TypeError: x\n {4}at /) as string,
  })
})
