import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { hanging, onnxFile } from '../../plugins/anomaly-onnx/src/onnx-file.test-support.ts'
import { folder, run, start } from './command.ts'

interface Result {
  readonly sensor: string
  readonly value: number
  readonly anomaly: { raw?: number; alert: boolean; score: number | null; member?: string }
}

const WINDOW = 4
const SENSORS = 10
/** Sensors in turn, with a spike of one of them. */
const readings = Array.from({ length: 1500 }, (_, at) => {
  const value = at === 1200 ? 40 : Math.round(100 * Math.sin(at / 40)) / 100
  return { sensor: `s${at % SENSORS}`, at, value }
})
const input = readings.map((reading) => `${JSON.stringify(reading)}\n`).join('')

/** The mean distance of a window from 0. */
const model = onnxFile({
  nodes: [
    { operator: 'Abs', inputs: ['window'], outputs: ['sizes'] },
    { operator: 'ReduceMean', inputs: ['sizes', 'axes'], outputs: ['score'] },
  ],
  input: { name: 'window', shape: ['n', WINDOW] },
  output: { name: 'score', shape: ['n', 1] },
  constants: { axes: [-1] },
})

/** What the model says of a reading, worked out by hand; undefined for the first ones of a sensor. */
function meanSize(index: number): number | undefined {
  const own = readings
    .slice(0, index + 1)
    .filter(({ sensor }) => sensor === readings[index]?.sensor)
    .slice(-WINDOW)
  if (own.length < WINDOW) return undefined
  return own.reduce((sum, { value }) => sum + Math.abs(value), 0) / WINDOW
}

/** Who judged, and the score of a model. */
function saidBy({ anomaly: { member, raw } }: Result): unknown {
  return member === 'model' ? { member, raw } : { member }
}

function handMade(index: number): unknown {
  const raw = meanSize(index)
  return raw === undefined ? { member: 'ewma' } : { member: 'model', raw: near(raw) }
}

const near = (value: number): unknown => expect.closeTo(value, 5)

const job = (own: string, more = ''): string => `pipeline:
  source: { file: in.jsonl, time: { field: at, disorder: 0s } }${more}
  stages:
    - anomaly: { field: value, detector: ewma, warmup: 30, model: { ${own}, window: ${WINDOW}, scale: none, deadline: 5s } }
      by: sensor
      parallel: 4
      outputs: { alerts: { file: alerts.jsonl } }
  sink: { file: out.jsonl }
`
const files = (own: string, more = ''): string => {
  const cwd = folder({ 'in.jsonl': input, 'job.yaml': job(own, more) })
  writeFileSync(join(cwd, 'model.onnx'), model)
  return cwd
}
const read = (cwd: string, name: string): readonly Result[] =>
  readFileSync(join(cwd, name), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Result)

const servers: { close(): void }[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

/** A model behind a URL that gives the same; says in which batches it was asked. */
async function serve(answers: (asked: number) => boolean) {
  const batches: number[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (text) => (body += text))
    request.on('end', () => {
      const { windows } = JSON.parse(body) as { windows: readonly (readonly number[])[] }
      batches.push(windows.length)
      if (!answers(batches.length)) {
        response.writeHead(503).end()
        return
      }
      const values = windows.map((window) => {
        return [window.reduce((sum, value) => sum + Math.abs(value), 0) / WINDOW]
      })
      response.end(JSON.stringify({ values }))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  servers.push(server)
  return { batches, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/score` }
}

/** Results by reading, whatever the order of their sensors. */
function inOrder(results: readonly Result[]): readonly Result[] {
  return results.toSorted(
    (a, b) => (a as never as { at: number }).at - (b as never as { at: number }).at,
  )
}

it('judges by a model of a file', async () => {
  const cwd = files('onnx: model.onnx')

  const { code, stderr, stdout } = await run(cwd, ['run', 'job.yaml'])

  expect([code, stderr]).toEqual([0, expect.any(String)])
  expect(stdout).toMatch(/1,470 +anomaly +modelAnswers/)
  const results = inOrder(read(cwd, 'out.jsonl'))
  expect(results).toHaveLength(1500)
  expect(results.map(saidBy)).toEqual(results.map((_, index) => handMade(index)))
  expect(read(cwd, 'alerts.jsonl')[0]).toMatchObject({ at: 1200, anomaly: { member: 'model' } })
})

it('goes on with the same windows and ranks where it was killed', async () => {
  const whole = files('onnx: model.onnx')
  await run(whole, ['run', 'job.yaml'])
  const cwd = files('onnx: model.onnx', '\n  checkpoint: { every: 50ms }')
  const first = start(cwd, ['run', 'job.yaml', '--set', 'source.limit=1000'])
  await first.seen('reading')
  first.kill('SIGKILL')
  await first.ended

  const { code } = await run(cwd, ['run', 'job.yaml'])

  expect(code).toBe(0)
  expect(inOrder(read(cwd, 'out.jsonl'))).toEqual(inOrder(read(whole, 'out.jsonl')))
})

/** With a model that hangs at every window. */
function withHanging(deadline: string): string {
  const cwd = files('onnx: hanging.onnx')
  writeFileSync(join(cwd, 'hanging.onnx'), onnxFile(hanging))
  const text = job('onnx: hanging.onnx').replace(`window: ${WINDOW}`, 'window: 3')
  const own = text.replace('scale: none, deadline: 5s', `scale: standard, deadline: ${deadline}`)
  writeFileSync(join(cwd, 'job.yaml'), own)
  return cwd
}

/** Of processes that compute the model of this folder. */
function processesIn(cwd: string): readonly string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(join(cwd, 'hanging.onnx'))
    } catch {
      // It has ended, or is no process at all.
      return false
    }
  })
}

const isLinux = process.platform === 'linux'

it('cuts a model that hangs at its deadline, and judges by the detector', async () => {
  const cwd = withHanging('100ms')

  const { code, stderr } = await run(cwd, ['run', 'job.yaml', '--set', 'source.limit=100'])

  expect(code).toBe(0)
  expect(stderr).toContain('The model answered with nothing in time.')
  const results = read(cwd, 'out.jsonl')
  expect(results).toHaveLength(100)
  expect(results.map(({ anomaly }) => anomaly.member)).toEqual(Array(100).fill('ewma'))
})

it.runIf(isLinux)('leaves no process behind, however it ends', async () => {
  const cwd = withHanging('20s')
  for (const signal of ['SIGKILL', 'SIGINT'] as const) {
    const job = start(cwd, ['run', 'job.yaml'])
    await expect.poll(() => processesIn(cwd), { timeout: 20_000 }).toHaveLength(1)

    job.kill(signal)
    if (signal === 'SIGINT') job.kill(signal)
    await job.ended

    await expect.poll(() => processesIn(cwd), { timeout: 20_000 }).toEqual([])
  }
})

it('judges by a model behind a URL, and by the detector where that fails', async () => {
  const { batches, url } = await serve((asked) => asked % 5 !== 0)
  const cwd = files(`http: '${url}'`)

  const { code, stderr, stdout } = await run(cwd, ['run', 'job.yaml'])

  expect(code).toBe(0)
  const told = stderr.split('\n').filter((line) => line.includes('The model gave no answer'))
  expect(told[0]).toContain('The model answered with status 503')
  // One that goes on failing fills no log.
  expect(told.length).toBeLessThan(10)
  expect(Math.max(...batches)).toBeGreaterThan(1)
  const results = inOrder(read(cwd, 'out.jsonl'))
  expect(results).toHaveLength(1500)
  const members = results.map(({ anomaly }) => anomaly.member)
  const count = (name: string): number => members.filter((member) => member === name).length
  expect(stdout).toContain(`${count('model').toLocaleString('en')}  anomaly  modelAnswers`)
  expect(count('ewma')).toBeGreaterThan(100)
  const heard = results.flatMap((result, index) =>
    result.anomaly.member === 'model' ? [[saidBy(result), handMade(index)] as const] : [],
  )
  expect(heard.map(([said]) => said)).toEqual(heard.map(([, wanted]) => wanted))
})

it.each([
  ['500', 'status 500 Internal Server Error.'],
  ['moved', 'status 302 Found, which sends on to /elsewhere: name that URL itself.'],
  ['garbage', '"<html>no", which is no JSON.'],
  ['nothing', 'nothing.'],
  ['few', '{"values":[1]} for '],
  ['words', '{"values":["high"]} for 1 window.'],
  ['endless', 'more than '],
  ['infinite', 'NaN or infinite numbers for '],
  ['late', 'nothing in time.'],
  ['closes', 'fetch failed'],
])('judges by the detector where a model behind a URL gives no answer: %s', async (how, told) => {
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (text) => (body += text))
    request.on('end', () => {
      const count = (JSON.parse(body) as { windows: readonly unknown[] }).windows.length
      const all = (value: string) => `{"values":[${Array(count).fill(value).join()}]}`
      if (how === '500') response.writeHead(500).end('no')
      if (how === 'moved') response.writeHead(302, { location: '/elsewhere' }).end()
      if (how === 'garbage') response.end('<html>no')
      if (how === 'nothing') response.end()
      if (how === 'few') response.end(count === 1 ? '{"values":[]}' : '{"values":[1]}')
      if (how === 'words') response.end(all('"high"'))
      if (how === 'infinite') response.end(all('1e999'))
      if (how === 'closes') response.destroy()
      if (how === 'endless') {
        const more = (): void => {
          while (!response.destroyed && response.write(' '.repeat(65_536)));
        }
        response.on('drain', more)
        more()
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  servers.push({
    close() {
      server.closeAllConnections()
      server.close()
    },
  })
  const { port } = server.address() as AddressInfo
  const cwd = files(`http: 'http://127.0.0.1:${port}/score'`)
  const text = readFileSync(join(cwd, 'job.yaml'), 'utf8')
  const deadline = how === 'late' ? '100ms' : '20s'
  writeFileSync(join(cwd, 'job.yaml'), text.replace('deadline: 5s', `deadline: ${deadline}`))

  const { code, stderr } = await run(cwd, ['run', 'job.yaml', '--set', 'source.limit=60'])

  expect(code).toBe(0)
  expect(stderr).toContain(how === 'closes' ? told : `The model answered with ${told}`)
  const results = read(cwd, 'out.jsonl')
  expect(results.map(({ anomaly }) => anomaly.member)).toEqual(Array(60).fill('ewma'))
})

it('refuses a deadline that no record lives to see', async () => {
  const cwd = files('onnx: model.onnx')
  const text = job('onnx: model.onnx').replace('parallel: 4', 'timeout: 2s')
  writeFileSync(join(cwd, 'job.yaml'), text)

  const { code, stderr } = await run(cwd, ['validate', 'job.yaml'])

  expect(code).toBe(2)
  expect(stderr).toMatch(
    /"model\.deadline" is refused: must be shorter than the stage's timeout, 2s; got 5s\.\n +at +job\.yaml:4:\d+ +pipeline\.stages\[0\]\.anomaly\.model\.deadline\n/,
  )
})

it('says what is wrong with a model before anything is written', async () => {
  const cwd = files('onnx: absent.onnx')

  const absent = await run(cwd, ['run', 'job.yaml'])
  writeFileSync(
    join(cwd, 'job.yaml'),
    job('onnx: model.onnx').replace(`window: ${WINDOW}`, 'window: 9'),
  )
  const other = await run(cwd, ['run', 'job.yaml'])

  expect(absent.code).toBe(1)
  expect(absent.stderr).toContain(
    `error[ONNX_MODEL]: The model ${join(cwd, 'absent.onnx')} cannot be used: there is no such file.`,
  )
  expect(absent.stderr).toMatch(/at +job\.yaml:4:\d+ +pipeline\.stages\[0\]\.anomaly\.model\.onnx/)
  expect(other.stderr).toMatch(/at +job\.yaml:4:\d+ +pipeline\.stages\[0\]\.anomaly\.model\.window/)
  expect(other.stderr).toContain(
    'its input "window" is float32 [n, 4]; windows are float32 [n, 9, 1].',
  )
})
