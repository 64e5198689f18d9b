import { formatDuration } from '@millrace/base'
import type { TimeSpec } from '@millrace/engine'

/** What the event time of a source is, and who moves it. `ends`: its input does by itself. */
export function timeSentences(time: TimeSpec | undefined, ends: boolean): readonly string[] {
  if (time === undefined) {
    return ['The time of a record is its arrival; a second run will give other times.']
  }
  if (time.arrival === true) {
    return ['The time of a record is its arrival, and event time follows the clock.']
  }
  const { aheadMs, alignMs, description, disorderMs, idleMs, notAfter, notBefore, watermarks } =
    time
  return [
    watermarks === undefined
      ? `The time of a record is ${description}; it may be ${formatDuration(disorderMs)} out of order.`
      : `The time of a record is ${description}; a strategy of the job says how far event time has come.`,
    ...boundSentence([
      ...(notBefore === undefined ? [] : [`before ${iso(notBefore)}`]),
      ...(notAfter === undefined ? [] : [`after ${iso(notAfter)}`]),
      ...(aheadMs === undefined ? [] : [`more than ${formatDuration(aheadMs)} ahead of the clock`]),
    ]),
    ...silenceSentence(idleMs, ends),
    ...(alignMs === undefined
      ? []
      : [`It waits when it is more than ${formatDuration(alignMs)} ahead of the slowest source.`]),
  ]
}

function boundSentence(bounds: readonly string[]): readonly string[] {
  return bounds.length === 0 ? [] : [`A time ${bounds.join(', or ')}, is not valid.`]
}

function silenceSentence(idleMs: number | undefined, ends: boolean): readonly string[] {
  if (idleMs !== undefined) {
    return [
      `A partition silent for ${formatDuration(idleMs)} holds event time back no more; when all are, it goes on with the clock.`,
    ]
  }
  return ends ? [] : ['A silent partition holds event time back; time: { idle: 1m } would not.']
}

const iso = (ms: number): string => new Date(ms).toISOString()
