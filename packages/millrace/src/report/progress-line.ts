import type { Pace } from './pace.ts'
import { formatBytes, formatClock, formatCount } from './quantity.ts'

/** One plain line for logs: `flights: 12,000 records, 6,000/s, 40 % of 67.6 MB, 0:02`. */
export function renderProgressLine(name: string, pace: Pace): string {
  const facts = [`${formatCount(pace.records)} records`, `${formatCount(pace.perSecond)}/s`]
  if (pace.share !== undefined && pace.bytesTotal !== undefined) {
    facts.push(`${Math.floor(pace.share * 100)} % of ${formatBytes(pace.bytesTotal)}`)
  } else if (pace.bytes > 0) facts.push(formatBytes(pace.bytes))
  facts.push(formatClock(pace.elapsedMs))
  if (pace.remainingMs !== undefined) facts.push(`${formatClock(pace.remainingMs)} left`)
  if (pace.deadLetters > 0) facts.push(`${formatCount(pace.deadLetters)} dead letters`)
  if (pace.checkpoint !== undefined) {
    const { ageMs, number } = pace.checkpoint
    facts.push(`checkpoint ${formatCount(number)} ${formatClock(ageMs)} ago`)
  }
  const state = pace.state === 'running' || pace.state === 'starting' ? '' : ` ${pace.state}`
  return `${name}${state}: ${facts.join(', ')}`
}
