import type { Paint } from '../paint.ts'
import type { Pace } from './pace.ts'
import { formatBytes, formatClock, formatCount } from './quantity.ts'
import { clip, textWidth } from './table.ts'

const barWidthMax = 30
const barWidthMin = 8

/** One line for a terminal of `columns`: the job, a bar when the size is known, records, rate, time. Never wraps. */
export function renderBar(name: string, pace: Pace, columns: number, paint: Paint): string {
  // The last column stays free: some terminals wrap as soon as it is written.
  const width = Math.max(10, columns - 1)
  const label =
    pace.state === 'running' || pace.state === 'starting' ? name : `${name} ${pace.state}`
  const facts = essentialFirst(pace)
  while (facts.length > 1 && lineWidth(label, facts) > width) facts.pop()
  const room = width - lineWidth(label, facts) - 2
  const bar = pace.share === undefined ? '' : renderShare(pace.share, room, paint)
  const text = [label, bar, ...facts].filter((part) => part !== '').join('  ')
  return bar === '' ? clip(text, width) : text
}

function essentialFirst(pace: Pace): string[] {
  const facts: string[] = []
  if (pace.share !== undefined) facts.push(`${String(Math.floor(pace.share * 100)).padStart(3)} %`)
  facts.push(`${formatCount(pace.records)} records`)
  facts.push(`${formatCount(pace.perSecond)}/s`)
  facts.push(formatClock(pace.elapsedMs))
  if (pace.remainingMs !== undefined) facts.push(`${formatClock(pace.remainingMs)} left`)
  if (pace.deadLetters > 0) facts.push(`${formatCount(pace.deadLetters)} dead`)
  if (pace.checkpoint !== undefined) {
    facts.push(`checkpoint ${formatClock(pace.checkpoint.ageMs)} ago`)
  }
  if (pace.share === undefined && pace.bytes > 0) facts.push(formatBytes(pace.bytes))
  return facts
}

function lineWidth(label: string, facts: readonly string[]): number {
  return textWidth([label, ...facts].join('  '))
}

function renderShare(share: number, room: number, paint: Paint): string {
  const width = Math.min(barWidthMax, room)
  if (width < barWidthMin) return ''
  const full = Math.round(share * width)
  return paint('cyan', '█'.repeat(full)) + paint('dim', '░'.repeat(width - full))
}
