import { readFileSync, writeFileSync } from 'node:fs'
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { JobFolder } from './commands.test-support.ts'

// On a busy machine this may take longer than a test may.
beforeAll(() => import('./feed-letters.ts').then(() => undefined), 60_000)

let folder: JobFolder
beforeEach(() => {
  folder = new JobFolder()
  folder.write(
    'orders.yaml',
    'pipeline:',
    '  name: orders',
    '  source: { file: in.jsonl }',
    '  stages:',
    '    - { filter: value > 2, by: k, onError: park }',
    '  sink: { file: out.jsonl }',
    '  deadLetter: { file: dead.jsonl }',
  )
})
afterEach(() => folder.remove())

const read = (name: string): string => readFileSync(folder.file(name), 'utf8')
const parked = (...args: string[]) => folder.command('parked', ...args)

/** A record that waits in the stage `filter`. */
function record(n: number, k: unknown, value: unknown, hasFailed: boolean): string {
  return JSON.stringify({
    id: `source//jobs/in.jsonl/${n}/filter`,
    record: { k, value },
    raw: null,
    stage: 'filter',
    input: 'in',
    key: { k },
    eventTime: 1000 + n,
    error: hasFailed ? { code: 'EXP_TYPE', message: 'Not a number.' } : null,
    position: { source: 'source', partition: '/jobs/in.jsonl', offset: n, line: n + 1 },
    attempts: hasFailed ? 1 : 0,
    time: Date.UTC(2001, 0, 14, 21, 55, n),
  })
}
const [a, b, c, d] = [
  record(0, 'a', 'x', true),
  record(1, 7, 3, true),
  record(2, 'a', 4, false),
  record(3, 7, 5, false),
] as const

it('shows what is parked by stage and key', async () => {
  folder.write('orders.parked.jsonl', a, b, c, d, 'nonsense')

  const all = await parked('ls', 'orders.parked.jsonl')
  const some = await parked('ls', 'orders.parked.jsonl', '--key', 'k=7', '--json')

  expect(all).toMatchInlineSnapshot(`
    {
      "code": 0,
      "error": "warning: 1 line left out, being no dead letter
      orders.parked.jsonl:5: it is not JSON
    ",
      "out": "4 parked records in orders.parked.jsonl

    stage   key  records  failed  since                 why
    filter  k=a        2       1  2001-01-14T21:55:00Z  /jobs/in.jsonl:1: EXP_TYPE Not a number.
    filter  k=7        2       1  2001-01-14T21:55:01Z  /jobs/in.jsonl:2: EXP_TYPE Not a number.
    ",
    }
  `)
  expect(JSON.parse(some.out)).toEqual({
    file: '/jobs/orders.parked.jsonl',
    records: 2,
    groups: [
      {
        stage: 'filter',
        key: { k: 7 },
        records: 2,
        failed: 1,
        since: Date.UTC(2001, 0, 14, 21, 55, 1),
        example: JSON.parse(b) as unknown,
      },
    ],
    broken: [{ line: 5, reason: 'it is not JSON' }],
  })
})

it('releases the records of a key in order and takes them out; all other lines stay', async () => {
  folder.write('orders.parked.jsonl', a, b, c, 'nonsense', d)

  const { code, out } = await parked('release', 'orders.parked.jsonl', '--key', 'k=7')

  expect(code).toBe(0)
  expect(out).toContain('2 records released.')
  expect(read('out.replay-1.jsonl')).toBe('{"k":7,"value":3}\n{"k":7,"value":5}\n')
  expect(read('orders.parked.jsonl')).toBe(`${a}\n${c}\nnonsense\n`)
})

it('parks again what fails again, with what waits behind it', async () => {
  folder.write('orders.parked.jsonl', a, b, c, d)

  const { code } = await parked('release', 'orders.parked.jsonl', '--quiet')

  expect(code).toBe(0)
  expect(read('out.replay-1.jsonl')).toBe('{"k":7,"value":3}\n{"k":7,"value":5}\n')
  const kept = read('orders.parked.jsonl').trimEnd().split('\n')
  expect(kept.map((line) => JSON.parse(line) as unknown)).toMatchObject([
    { id: 'source//jobs/in.jsonl/0/filter', eventTime: 1000, error: { code: 'EXP_TYPE' } },
    { id: 'source//jobs/in.jsonl/2/filter', eventTime: 1002, error: null },
  ])
})

it('gives up those that failed, and with --all those behind them', async () => {
  folder.write('orders.parked.jsonl', a, b, c, d)

  const first = await parked('skip', 'orders.parked.jsonl')
  const left = read('orders.parked.jsonl')
  const second = await parked('skip', 'orders.parked.jsonl', '--all', '--quiet')

  expect([first.code, second.code]).toEqual([0, 0])
  expect(first.error).toMatchInlineSnapshot(`
    "2 records of orders.parked.jsonl to be skipped in orders, 0 skipped before.

    stage   input  records  skipped before  now  late
    filter  in           2               0    2     0

    "deadLetter" writes dead.replay-1.jsonl

    orders: reading orders.parked.jsonl
    "
  `)
  expect(first.out).toMatchInlineSnapshot(`
    "orders completed: 2 records in TIME, RATE/s

    source             module      read     sent  malformed
    replay:deadLetter  replay         2        2          0

    sink               module  received  written   rejected  held
    deadLetter         file           2        2          0     0

    counts add up: each of the 2 records read has exactly one fate at every stage
    2 records skipped.
    "
  `)
  expect(left).toBe(`${c}\n${d}\n`)
  expect(read('orders.parked.jsonl')).toBe('')
  const dead = (name: string): readonly unknown[] =>
    read(name)
      .trimEnd()
      .split('\n')
      .map((line): unknown => JSON.parse(line))
  const skipped = { code: 'PARKED_SKIPPED' }
  expect(dead('dead.replay-1.jsonl')).toMatchObject([
    { record: { value: 'x' }, stage: 'filter', key: { k: 'a' }, error: skipped },
    { record: { value: 3 }, error: skipped },
  ])
  expect(dead('dead.replay-2.jsonl')).toMatchObject([
    { record: { value: 4 } },
    { record: { value: 5 } },
  ])
})

it('does not release twice what was released and not taken out yet', async () => {
  folder.write('orders.parked.jsonl', b, d)
  await parked('release', 'orders.parked.jsonl', '--quiet')
  folder.write('orders.parked.jsonl', b, d)

  expect((await parked('ls', 'orders.parked.jsonl')).out).toBe(
    '0 parked records in orders.parked.jsonl\n',
  )
  expect((await parked('release', 'orders.parked.jsonl')).out).toBe(
    'Nothing in orders.parked.jsonl is left to be released.\n',
  )
  expect(read('orders.parked.jsonl')).toBe('')
})

it.each([
  [
    ['ls', 'orders.parked.jsonl', '--key', 'seven'],
    'error[CLI_KEY_FORM]: --key expects name=value; got "seven".\n  next For example: --key customer=c-17\n',
  ],
  [
    ['ls', 'orders.parked.jsonl', '--key', 'k=8'],
    'error[CLI_NO_KEY]: No record in "orders.parked.jsonl" is parked with k=8.\n  next Run millrace parked ls orders.parked.jsonl to see the keys.\n',
  ],
  [
    ['release', 'orders.parked.jsonl', '--stage', 'fliter'],
    'error[CLI_NONE_CHOSEN]: No letter in "orders.parked.jsonl" has the stage "fliter".\n  next Did you mean "filter"?\n',
  ],
])('refuses %j', async (args, message) => {
  folder.write('orders.parked.jsonl', b)

  expect(await parked(...args)).toEqual({ code: 2, out: '', error: message })
})

it('has nowhere to put what is skipped in a job without dead letters', async () => {
  folder.write('orders.parked.jsonl', b)
  const text = read('orders.yaml').replace(/ {2}deadLetter.*\n/, '')
  writeFileSync(folder.file('orders.yaml'), text)

  const { code, error } = await parked('skip', 'orders.parked.jsonl')

  expect(code).toBe(2)
  expect(error).toContain('error[JOB_NO_DEAD_LETTER]')
  expect(read('orders.parked.jsonl')).toBe(`${b}\n`)
})

it.each([['ls'], ['release'], ['skip', '--all']])(
  'parked %s leaves a file of dead letters alone',
  async (command, ...rest) => {
    folder.write('dead.jsonl', a, b)
    const before = read('dead.jsonl')

    const done = await parked(
      command,
      'dead.jsonl',
      ...(rest.length > 0 ? ['orders.yaml'] : []),
      ...rest,
    )

    expect(done.code).toBe(2)
    expect(done.error).toContain(
      'error[CLI_DEAD_LETTER_FILE]: "dead.jsonl" holds dead letters, not parked records.',
    )
    expect(read('dead.jsonl')).toBe(before)
  },
)

it('a parked file in which every record failed is no file of dead letters', async () => {
  folder.write('orders.parked.jsonl', a, b)

  const ls = await folder.command('dead-letter', 'ls', 'orders.parked.jsonl')
  const replay = await folder.command('dead-letter', 'replay', 'orders.parked.jsonl', 'orders.yaml')

  const message =
    'error[CLI_PARKED_FILE]: "orders.parked.jsonl" holds parked records, not dead letters.'
  expect([ls.code, replay.code]).toEqual([2, 2])
  expect(ls.error).toContain(message)
  expect(replay.error).toContain(message)
})
