import type { Progress } from '@millrace/engine'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { plain } from '../paint.ts'
import type { Terminal } from '../print.ts'
import { progressDisplay, silentDisplay } from './progress-display.ts'

const progress: Progress = {
  state: 'running',
  elapsedMs: 2000,
  sources: [
    { id: 's', module: 'x', read: 10, sent: 10, malformed: 0, bytes: 0, bytesTotal: undefined },
  ],
  stages: [],
  sinks: [],
  deadLetters: 0,
  pipelineRestarts: 0,
}

let written: string
const terminal = (interactive: boolean): Terminal => ({
  out: () => undefined,
  error: (text) => void (written += text),
  outPaint: plain,
  errorPaint: plain,
  interactive,
  columns: () => 80,
  outColumns: () => undefined,
})

beforeEach(() => {
  vi.useFakeTimers()
  written = ''
})
afterEach(() => {
  vi.useRealTimers()
})

describe('progressDisplay', () => {
  it('redraws one line on a terminal and takes it away at the end', () => {
    const display = progressDisplay('job', terminal(true))

    display.follow(() => progress)
    vi.advanceTimersByTime(100)
    display.say('info  hello')
    display.end()

    const bar = 'job  10 records  5/s  0:02'
    const erase = '\r\u001B[2K'
    expect(written).toBe(`${erase}${bar}${erase}info  hello\n${bar}${erase}`)
  })

  it('writes a line every two seconds elsewhere', () => {
    const display = progressDisplay('job', terminal(false))

    display.follow(() => progress)
    display.say('info  hello')
    vi.advanceTimersByTime(2000)
    display.end()
    vi.advanceTimersByTime(10_000)

    expect(written).toBe('info  hello\njob: 10 records, 5/s, 0:02\n')
  })
})

it('a silent display writes only what is said', () => {
  const display = silentDisplay(terminal(true))

  display.follow(() => progress)
  vi.advanceTimersByTime(10_000)
  display.say('error gone')
  display.end()

  expect(written).toBe('error gone\n')
})
