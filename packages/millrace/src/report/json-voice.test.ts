import { ENG_FIELD_UNSEEN, type Progress, type Summary } from '@millrace/engine'
import type { JobPlan } from '@millrace/loader'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { plain } from '../paint.ts'
import type { Shell } from '../shell.ts'
import { jsonVoice } from './json-voice.ts'

const plan: JobPlan = { name: 'orders', nodes: [], edges: [], notes: [] }
const progress: Progress = {
  state: 'running',
  elapsedMs: 60_000,
  sources: [{ id: 's', module: 'x', read: 90, sent: 90, malformed: 0, bytes: 30, bytesTotal: 120 }],
  stages: [],
  sinks: [],
  deadLetters: 2,
  pipelineRestarts: 0,
}
const summary: Summary = {
  ...progress,
  name: 'orders',
  state: 'completed',
  deadLettersByCode: {},
  firstDeadLetters: [],
  warnings: [],
  restarts: 0,
}
let lines: string[]
const shell: Shell = {
  cwd: '/jobs',
  env: {},
  terminal: {
    out: (text) => void lines.push(`out: ${text}`),
    error: (text) => void lines.push(text),
    outPaint: plain,
    errorPaint: plain,
    interactive: true,
    columns: () => 80,
    outColumns: () => undefined,
  },
}

beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 10, 21) })
  lines = []
})
afterEach(() => {
  vi.useRealTimers()
})

it('says every minute how far the run is, until it ends', () => {
  const { display } = jsonVoice(plan, {}, shell)

  display.follow(() => progress)
  vi.advanceTimersByTime(59_999)
  expect(lines).toEqual([])
  vi.advanceTimersByTime(1)
  display.end()
  vi.advanceTimersByTime(120_000)

  expect(lines).toEqual([
    '{"time":"2026-11-21T00:01:00.000Z","level":"info","job":"orders","message":"progress","fields":{"state":"running","records":90,"bytes":30,"bytesTotal":120,"perSecond":2,"deadLetters":2,"elapsedMs":60000,"share":0.25}}\n',
  ])
})

it('says nothing but errors where it must be quiet', async () => {
  const voice = jsonVoice(plan, { quiet: true }, shell)

  voice.say('reading')
  voice.display.say('a line')
  voice.logger.warn('odd')
  voice.logger.error('broken')
  await voice.end(summary)

  expect(lines).toEqual([
    '{"time":"2026-11-21T00:00:00.000Z","level":"error","job":"orders","message":"broken"}\n',
  ])
})

it('ends with why the job failed, if it did, and with the summary, which --json also gives on standard output', async () => {
  const error = ENG_FIELD_UNSEEN(
    { id: 'map', field: 'x', records: 9, near: undefined },
    { stage: 'map', record: 'in.jsonl:3' },
  )
  const voice = jsonVoice(plan, { json: true }, shell)

  await voice.end({ ...summary, state: 'failed', error })

  const [first, second, third] = lines
  expect(lines).toHaveLength(3)
  expect(JSON.parse(first ?? '')).toMatchObject({
    level: 'error',
    stage: 'map',
    message: error.message,
    fields: { code: error.code, record: 'in.jsonl:3', hint: error.hint },
  })
  expect(JSON.parse(second ?? '')).toMatchObject({
    level: 'info',
    message: 'failed',
    fields: { deadLetters: 2, sources: [{ read: 90 }] },
  })
  expect(JSON.parse(third?.replace(/^out: /, '') ?? '')).toMatchObject({ state: 'failed' })
})
