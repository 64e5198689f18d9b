import { renderError } from '@millrace/base'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Script } from 'node:vm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import command from '../command.ts'

let folder: string

/** A detector of a user's own: the larger the value, the stranger. */
const ofValues = `export default {
    kind: 'detector', name: 'mine', summary: 'Value.', dimensions: 'any',
    parameters: { '~standard': { version: 1, vendor: 'me', validate: (value) => ({ value }), jsonSchema: { input: () => ({}) } } },
    bytes: () => 0,
    create: () => ({ evidence: {}, score: ([x]) => Math.abs(x), update: ([x]) => Math.abs(x), snapshot: () => 0, restore() {} }),
  }`

/** A row a minute; flat but for what `strange` says. */
function rows(length: number, strange: Readonly<Record<number, number>>): string {
  const lines = Array.from({ length }, (_, row) => `${stamp(row)},${strange[row] ?? row % 7}`)
  return `timestamp,value\n${lines.join('\n')}\n`
}
const stamp = (row: number): string =>
  new Date(1_600_000_000_000 + 60_000 * row).toISOString().slice(0, 19).replace('T', ' ')

function write(name: string, text: string): void {
  mkdirSync(dirname(join(folder, name)), { recursive: true })
  writeFileSync(join(folder, name), text)
}

beforeAll(async () => {
  // What a command loads when it runs takes its time on a busy machine.
  await Promise.all([import('./evaluate.ts'), import('./compare.ts'), import('./sweep.ts')])
  folder = mkdtempSync(join(tmpdir(), 'millrace-evaluate-'))
  write('data/pumps/a.csv', rows(400, { 300: 90 }))
  write('data/pumps/b.csv', rows(400, {}))
  write('data/fans/c.csv', rows(400, { 200: 90, 350: -90 }))
  const labels = {
    'pumps/a.csv': [[`${stamp(298)}.000000`, `${stamp(307)}.000000`]],
    'pumps/b.csv': [],
    'fans/c.csv': [[stamp(350), stamp(359)]],
  }
  write('windows.json', JSON.stringify(labels))
  write(
    'plant.csv',
    `a,b,label\n${Array.from({ length: 300 }, (_, row) => `${row % 5},${row % 3},${row > 250 && row < 260 ? 1 : 0}`).join('\n')}\n`,
  )
})
afterAll(() => rmSync(folder, { recursive: true }))

interface Ran {
  readonly code: number
  readonly out: string
  readonly error: string
}

async function anomaly(args: string, signal = new AbortController().signal): Promise<Ran> {
  let [out, error] = ['', '']
  const code = await command.run(args.split(' '), {
    cwd: folder,
    color: false,
    isTTY: false,
    signal,
    out: (text) => void (out += text),
    error: (text) => void (error += text),
  })
  return { code, out, error: error.replaceAll(folder, '<folder>') }
}

const refusal = async (args: string): Promise<string> => {
  const error: unknown = await anomaly(args).catch((caught: unknown) => caught)
  return renderError(error).replaceAll(folder, '<folder>')
}

const corpus = '--data data --labels windows.json'

test('evaluate prints profiles tuned and held out, and each file, the worst first', async () => {
  const { code, out } = await anomaly(`evaluate ${corpus} --detector range`)

  expect(code).toBe(0)
  const steady = out.replaceAll(/[\d,]+ (ns|bytes)/g, 'N $1').replaceAll(/0\.\d{3,}/g, '0.D')
  expect(steady).toMatchInlineSnapshot(`
    "range, causal, warm-up 300: 3 series, 1,200 points

    NAB                 tuned  held out  threshold  windows  false rows
    standard            96.68     46.68   0.D      2/2           1
    reward low FP rate  93.93     43.93   0.D      2/2           1
    reward low FN rate  97.79     47.79   0.D      2/2           1
    its own alerts: standard 49.43, windows 1/2, false 0

    without a threshold: AUC-PR 0.D, VUS-PR 0.D, best F1 0.D, located by the highest score 50.0 % of 2 series

    latency: p50 N ns, p99 N ns, mean N ns a point
    memory: N bytes a key, the largest snapshot

    series, worst first  lost  windows  false rows  AUC-PR  located  points
    fans/c.csv           0.11      1/1           1   0.D       no     400
    pumps/a.csv          0.02      1/1           0   0.D      yes     400
    pumps/b.csv          0.00      0/0           0                      400
    "
  `)
})

test('result files have the layout of NAB, one row for each of the data', async () => {
  await anomaly(`evaluate ${corpus} --detector range --out results`)

  const lines = readFileSync(join(folder, 'results/range/pumps/range_a.csv'), 'utf8').split('\n')
  expect(lines.slice(0, 3)).toEqual([
    'timestamp,value,anomaly_score,label',
    '2020-09-13 12:26:40,0,0,0',
    '2020-09-13 12:27:40,1,0,0',
  ])
  expect(lines).toHaveLength(402)
  expect(lines[301]).toMatch(/^2020-09-13 17:26:40,90,0\.99\d*,1$/)
})

test('the report is one page with a chart of each series, and a script that is one', async () => {
  await anomaly(`evaluate ${corpus} --detector ewma --out results --plot`)

  const page = readFileSync(join(folder, 'results/ewma/report.html'), 'utf8')
  expect(page.match(/<canvas>/g)).toHaveLength(3)
  expect(page).not.toMatch(/(?:src|href)="(?!#)/)
  const [, script = ''] = /<script>([^]*)<\/script>\n<\/html>/.exec(page) ?? []
  expect(script).toContain('class Chart')
  expect(new Script(script)).toBeDefined()
})

test('causal knows nothing of the file; informed is told its range', async () => {
  const causal = await anomaly(`evaluate ${corpus} --detector range --json`)
  const informed = await anomaly(`evaluate ${corpus} --detector range --informed --json`)

  const found = ({ out }: Ran): unknown => JSON.parse(out).nab.tuned.standard.found
  expect([found(causal), found(informed)]).toEqual([2, 0])
})

test('points of several fields are judged by what takes them', async () => {
  const { out } = await anomaly('evaluate --data plant.csv --detector rrcf --warmup 50 --json')

  expect(JSON.parse(out)).toMatchObject({ files: 1, rows: 300, ranked: { series: 1 } })
  expect(await refusal('evaluate --data plant.csv --detector range')).toMatchInlineSnapshot(`
    "error[ANOMALY_PARAMETERS]: Detector "range" refuses its parameters: range takes one field, and "plant.csv" has a, b.
      next Name one column with --fields, or take a detector of several, such as rrcf."
  `)
})

test('one is no plural', async () => {
  write('one.csv', 'timestamp,value\n2020-01-01 00:00:00,5\n')

  const { out } = await anomaly('evaluate --data one.csv --detector range')

  expect(out).toContain('range, causal, warm-up 300: 1 series, 1 point\n')
  expect(out).toContain('No labels to compare with; 0 alerts.')
})

test('a stored stream is replayed by key, without labels, with its alerts', async () => {
  const record = (row: number): string =>
    JSON.stringify({ pump: row % 2, at: row, bar: row === 1500 ? 99 : row % 10 })
  write('stream.jsonl', Array.from({ length: 2000 }, (_, row) => `${record(row)}\n`).join(''))

  const args = 'evaluate --data stream.jsonl --by pump --fields bar --time at --detector range'
  const { out } = await anomaly(`${args} --out replayed --plot --json`)

  expect(JSON.parse(out)).toMatchObject({ files: 2, rows: 2000, alerts: 1 })
  expect(JSON.parse(out).nab).toBeUndefined()
  const rows = readFileSync(join(folder, 'replayed/range/range_stream_0.csv'), 'utf8').split('\n')
  expect([rows.length, rows[751]?.split(',').slice(0, 2)]).toEqual([1002, ['1500', '99']])
})

test('a refractory period silences what follows, at a level of its own or the threshold', async () => {
  write('mine.mjs', ofValues)
  write('bursts/g/a.csv', rows(400, { 200: 95, 201: 94, 202: 93, 300: 60, 301: 61 }))
  write('bursts/h/b.csv', rows(400, { 250: 99, 251: 98 }))
  const windows = { 'g/a.csv': [[stamp(300), stamp(309)]], 'h/b.csv': [[stamp(250), stamp(259)]] }
  write('bursts.json', JSON.stringify(windows))
  const standard = async (more = ''): Promise<unknown> => {
    const args = 'evaluate --data bursts --labels bursts.json --detector ./mine.mjs --score raw'
    const { nab } = JSON.parse((await anomaly(`${args} --json${more}`)).out)
    return [nab.tuned.standard.found, nab.tuned.standard.falseRows, nab.heldOut.standard.missed]
  }

  expect(await standard()).toEqual([2, 3, 1])
  expect(await standard(' --refractory 20')).toEqual([2, 1, 1])
  expect(await standard(' --refractory 20 --mask-at 0.8')).toEqual([2, 1, 1])
  expect(await standard(' --refractory 20 --mask-at tuned')).toEqual([2, 1, 1])
})

test('compare shows detectors side by side, sweep parameters and thresholds', async () => {
  const titles = async (args: string, line: number): Promise<readonly string[]> =>
    (await anomaly(args)).out
      .split('\n')
      .slice(line)
      .map((text) => text.split('  ')[0] as string)

  expect(await titles(`compare ${corpus} --detectors range,ewma`, 2)).toMatchInlineSnapshot(`
    [
      "detector",
      "range",
      "ewma",
      "",
      "lost in windows",
      "fans/c.csv",
      "pumps/a.csv",
      "pumps/b.csv",
      "",
    ]
  `)
  expect(await titles(`sweep ${corpus} --detector ewma --grid {"halfLife":[20,50]}`, 2)).toEqual([
    'parameters, best first',
    expect.stringContaining('halfLife'),
    expect.stringContaining('halfLife'),
    '',
  ])
  expect(await titles(`sweep ${corpus} --detector range --thresholds`, 0)).toContain('0.999')
})

test('an interrupt ends it with what was done so far', async () => {
  const interrupt = new AbortController()
  interrupt.abort()
  write('long.csv', rows(5000, {}))

  expect(await anomaly('evaluate --data long.csv --detector range', interrupt.signal)).toEqual({
    code: 130,
    out: '',
    error: 'Stopped after 0 of 1 series.\n',
  })
})

test('a detector of a file is evaluated too', async () => {
  write('mine.mjs', ofValues)

  const { out } = await anomaly(`evaluate ${corpus} --detector ./mine.mjs --json`)

  expect(JSON.parse(out)).toMatchObject({ detector: 'mine', ranked: { located: 0.5 } })
})

test('data and labels that are not there are named, with where those of NAB are', async () => {
  expect(await refusal('evaluate --data nab --detector range')).toMatchInlineSnapshot(`
    "error[ANOMALY_NO_DATA]: No data in "<folder>/nab": there is no such path.
      next Name a .csv or .jsonl file with --data, or a folder of them. The Numenta Anomaly Benchmark publishes its data in the GitHub repository numenta/NAB: the folders data and labels."
  `)
  expect(await refusal('evaluate --data data --only fan --detector range')).toContain(
    'nothing is called fan',
  )
  expect(await refusal('evaluate --data data --labels none.json --detector range'))
    .toMatchInlineSnapshot(`
    "error[ANOMALY_LABELS]: The labels in "<folder>/none.json" cannot be used: there is no such file.
      next Name a JSON file of windows with --labels, {"group/file.csv": [["first time", "last time"]]}, or a column of 0 and 1 with --label. NAB's own are labels/combined_windows.json of the GitHub repository numenta/NAB."
  `)
  expect(
    await refusal('evaluate --data plant.csv --labels windows.json --detector range'),
  ).toContain('it has none for "plant.csv"')
  write('odd.json', '{"pumps/a.csv": ["2020-01-01"]}')
  expect(await refusal('evaluate --data data --labels odd.json --detector range')).toContain(
    '"pumps/a.csv" holds no list of windows, each with two times.',
  )
  write('far.json', '{"pumps/a.csv": [["1999-01-01", "1999-01-02"]]}')
  expect(await refusal('evaluate --data data --labels far.json --detector range')).toContain(
    'no row of "pumps/a.csv" lies within 1999-01-01 to 1999-01-02',
  )
})

test('arguments that make no sense are refused before anything runs', async () => {
  expect(await refusal('evaluat --data x')).toMatchInlineSnapshot(`
    "error[ANOMALY_USAGE]: millrace anomaly has no command "evaluat".
      next Did you mean evaluate? Run "millrace anomaly --help" to see what there is."
  `)
  expect(await refusal('evaluate --detecter x')).toMatchInlineSnapshot(`
    "error[ANOMALY_USAGE]: Unknown option '--detecter'.
      next Did you mean --detector? Run "millrace anomaly --help" to see what there is."
  `)
  expect(await refusal('evaluate --detector rnage --data data')).toContain(
    'There is no detector "rnage".\n  next Did you mean "range"? There are range, ',
  )
  expect(await refusal('evaluate --detector range --parameters {"tol":1} --data data'))
    .toMatchInlineSnapshot(`
    "error[ANOMALY_PARAMETERS]: Detector "range" refuses its parameters: tol: Unknown parameter "tol".
      next It takes: tolerance, from."
  `)
  const more = [
    'evaluate --detector range',
    'evaluate --data data --detector range --warmup 0',
    'evaluate --data data --detector range --parameters {a',
    'evaluate --data data --causal --informed',
    'evaluate --data data --informed --warmup 20',
    'evaluate --data data --labels l --label c --detector range',
    'evaluate --data data --plot',
    'evaluate --data data --holdout --threshold 0.5',
    'evaluate --data data --holdout --mask-at tuned',
    'evaluate --data data --score odd',
    'evaluate --data data --detector range --refractory 5 --mask-at tuned',
    'evaluate --data data --judge {"treshold":0.9}',
    'evaluate --data data --data',
    'evaluate data',
    'compare --data data',
    'compare --data data --detectors ewma --parameters {"knn":{}}',
    'sweep --data data --detector ewma --grid {"halfLife":[]}',
    'sweep --data data --detector ewma --grid 3',
    'sweep --data data --detector ewma --thresholds --grid {"halfLife":[2,3]}',
  ]
  const problems = await Promise.all(more.map(async (args) => (await refusal(args)).split('\n')[0]))
  expect(problems).toMatchInlineSnapshot(`
    [
      "error[ANOMALY_USAGE]: --data is missing, such as --data nab/data.",
      "error[ANOMALY_USAGE]: --warmup must be a whole number of at least 1; got "0".",
      "error[ANOMALY_USAGE]: --parameters must be JSON, such as '{"k": 5}'; got {a.",
      "error[ANOMALY_USAGE]: Both --causal and --informed are given.",
      "error[ANOMALY_USAGE]: --informed takes the warm-up of NAB; --warmup is for --causal.",
      "error[ANOMALY_USAGE]: --labels names a file of windows, --label a column; both are given.",
      "error[ANOMALY_USAGE]: --plot needs --out, the folder where the report goes.",
      "error[ANOMALY_USAGE]: --holdout chooses thresholds, --threshold gives one; both are there.",
      "error[ANOMALY_USAGE]: --holdout chooses thresholds, --mask-at tuned one; both are there.",
      "error[ANOMALY_USAGE]: --score must be rank, likelihood or raw; got "odd".",
      "error[ANOMALY_USAGE]: --mask-at tuned needs labels, and there are none.",
      "error[ANOMALY_USAGE]: --judge takes threshold, refractory, hysteresis, persistence and scale, as the stage; Unrecognized key: "treshold".",
      "error[ANOMALY_USAGE]: Option '--data <value>' argument missing.",
      "error[ANOMALY_USAGE]: Unexpected argument 'data'. This command does not take positional arguments.",
      "error[ANOMALY_USAGE]: --detectors is missing, such as --detectors ewma,knn.",
      "error[ANOMALY_USAGE]: --parameters must have the detectors as names; got "knn", which is none of them.",
      "error[ANOMALY_USAGE]: --grid has no value for "halfLife".",
      "error[ANOMALY_USAGE]: --grid must be an object of lists, such as '{"k": [3, 5]}'.",
      "error[ANOMALY_USAGE]: --thresholds is for one set of parameters; --grid has more.",
    ]
  `)
  expect(existsSync(join(folder, 'undefined'))).toBe(false)
})

test('says what was judged and what was not, and which series are too short for an alert', async () => {
  const lines = (count: number): string =>
    Array.from({ length: count }, (_, row) => {
      if (row % 10 === 3) return ','
      return row % 10 === 5 ? `${row % 7},` : `${row % 7},${row % 5}`
    }).join('\n')
  const withOn = (count: number): string => lines(count).replaceAll('\n', ',true\n')
  write('gaps/long.csv', `a,b,on\n${withOn(400)},true\n`)
  write('gaps/short.csv', `a,b,on\n${withOn(100)},true\n`)

  const { out } = await anomaly('evaluate --data gaps')

  const [, ...notes] = out.split('\n\n')[0]!.split('\n')
  expect(notes).toStrictEqual([
    'judged together: a, b',
    'not judged, since they hold no numbers: on',
    'not judged, since a number is missing: 50 points (10.0 %)',
    'no longer than the warm-up, so without alerts: short.csv; see --warmup',
  ])
})
