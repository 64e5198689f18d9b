import { Readable } from 'node:stream'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { plain } from '../../paint.ts'
import type { Shell } from '../../shell.ts'
import { JobFolder } from '../commands.test-support.ts'
import { streamAppendCommand } from './stream-append.ts'
import type { AppendOptions } from './stream-options.ts'

let folder: JobFolder
beforeEach(() => {
  folder = new JobFolder()
})
afterEach(() => folder.remove())

/** Appends lines as standard input gives them. */
async function appendLines(
  name: string,
  text: string,
  options: AppendOptions = {},
): Promise<{ code: number; out: string; error: string }> {
  const said = { out: '', error: '' }
  const shell: Shell = {
    cwd: folder.path,
    env: {},
    terminal: {
      out: (text) => void (said.out += text),
      error: (text) => void (said.error += text),
      outPaint: plain,
      errorPaint: plain,
      interactive: false,
      columns: () => 80,
      outColumns: () => undefined,
    },
  }
  const input = (): Readable => Readable.from([text])
  const code = await streamAppendCommand(name, undefined, options, shell, input)
  return { code, ...said }
}

it('what is appended is printed by tail, one JSON value a line', async () => {
  const appended = await folder.command('stream', 'append', 'orders', '{"id": 1}')
  const lines = await appendLines('orders', '{"id":2}\n\n"three"\n')

  const tail = await folder.command('stream', 'tail', 'orders')

  expect(appended).toEqual({ code: 0, out: '', error: '' })
  expect(lines).toEqual({ code: 0, out: '', error: '2 messages appended to orders\n' })
  expect(tail).toEqual({ code: 0, out: '{"id":1}\n{"id":2}\n"three"\n', error: '' })
})

it('a line that is no JSON ends it: those in front of it stay, and the exit code is 1', async () => {
  const { code, error } = await appendLines('orders', '1\n2\noops\n4\n')

  expect(code).toBe(1)
  expect(error).toMatchInlineSnapshot(`
    "2 messages appended to orders
    error[CLI_STREAM_VALUE]: Line 3 is no JSON: Unexpected token 'o', "oops" is not valid JSON.
      next Append one JSON value a line, such as '{"id": 1}', or use --text for plain text.
    "
  `)
  expect((await folder.command('stream', 'tail', 'orders')).out).toBe('1\n2\n')
})

it('text is appended as it is, empty lines too', async () => {
  const { out } = await appendLines('log', 'a "b"\n\nc\n', { text: true, json: true })

  expect(out).toBe('{"stream":"log","appended":3}\n')
  expect((await folder.command('stream', 'tail', 'log')).out).toBe('"a \\"b\\""\n""\n"c"\n')
})

it('tail prints the last ten, the last few, or those from a place on', async () => {
  await appendLines('numbers', Array.from({ length: 20 }, (_, n) => `${n}\n`).join(''))
  const tail = async (...options: string[]): Promise<string[]> =>
    (await folder.command('stream', 'tail', 'numbers', ...options)).out.trimEnd().split('\n')

  expect(await tail()).toEqual(['10', '11', '12', '13', '14', '15', '16', '17', '18', '19'])
  expect(await tail('--limit', '2')).toEqual(['18', '19'])
  expect(await tail('--from', '3', '-n', '2')).toEqual(['3', '4'])
  expect(await tail('--from', 'earliest')).toHaveLength(20)
  expect(await tail('--from', 'latest')).toEqual([''])
  const [line = ''] = await tail('--json', '-n', '1')
  expect(JSON.parse(line)).toEqual({ offset: 19, time: expect.any(Number), value: 19 })
})

it('tail --follow ends with the stream', async () => {
  await appendLines('numbers', '1\n')
  const tail = folder.command('stream', 'tail', 'numbers', '--follow')

  const ended = await appendLines('numbers', '2\n', { end: true })

  expect(ended.code).toBe(0)
  expect(await tail).toEqual({ code: 0, out: '1\n2\n', error: '' })
  expect((await appendLines('numbers', '3\n')).code).toBe(1)
})

it('ls and show say how many there are, and who has read how far', async () => {
  folder.write(
    'job.yaml',
    'pipeline:',
    '  source: { stream: { name: numbers, follow: false } }',
    '  sink: { stream: copies }',
  )
  await appendLines('numbers', '1\n2\n3\n')
  await folder.command('run', 'job.yaml', '--quiet')

  const list = await folder.command('stream', 'ls')
  const shown = await folder.command('stream', 'show', 'copies', '--group', 'g', '--limit', '1')
  const json = await folder.command('stream', 'show', 'copies', '--json')

  expect(list.out).toMatchInlineSnapshot(`
    "stream   status  messages  size  next  lost  groups
    copies   open           3   3 B     3     0
    numbers  open           3   3 B     3     0
    "
  `)
  expect(shown.out.replaceAll(/\d{4}-\S+Z/g, 'TIME')).toMatchInlineSnapshot(`
    "copies
      status     open, made TIME
      messages   3 (3 B), from offset 0 to 2
      lost       0 deleted before all groups had done them
      prepared   0 written by jobs and not committed yet
      retention  everything is kept

    no group has read it yet

    offset  time                  state    attempts  value
         0  TIME  waiting         0  1
    "
  `)
  expect(JSON.parse(json.out)).toMatchObject({ name: 'copies', count: 3, groups: [] })
})

it('nothing is made by who only looks', async () => {
  const list = await folder.command('stream', 'ls')
  const tail = await folder.command('stream', 'tail', 'orders')
  await folder.command('stream', 'append', 'orders', '1')
  const near = await folder.command('stream', 'show', 'order')

  expect(list).toEqual({ code: 0, out: '', error: 'There are no streams in .millrace/streams.\n' })
  expect(tail.code).toBe(2)
  expect(tail.error).toMatchInlineSnapshot(`
    "error[CLI_NO_STREAM]: There is no stream "orders": ".millrace/streams" holds no streams.
      next Name the directory with --dir: that of a job is .millrace/streams beside its file. The first append makes one.
    "
  `)
  expect(near.code).toBe(2)
  expect(near.error).toContain('Did you mean "orders"?')
})

it.each([
  [['tail', 'orders', '--from', 'soon'], '--from expects earliest, latest, an offset, or a time'],
  [['tail', 'orders', '--limit', '0'], '--limit expects a whole number from 1 on; got "0"'],
  [['show', 'orders', '--state', 'dead'], '--state expects --group, and one of waiting'],
  [['append', 'orders', '{'], 'The value is no JSON'],
])('%j is refused before anything is opened', async (words, message) => {
  const { code, error } = await folder.command('stream', ...words)

  expect(code).toBe(2)
  expect(error).toContain(message)
})
