import type { StageSpec } from '../plan/job-spec.ts'
import type { StageCounts } from '../report/summary.ts'
import type { StageParts } from './stage-parts.ts'

/** Warns of what a stop leaves unfinished in a stage; what is in a checkpoint the next run finishes. `keys`: how many it saw, if it has any. */
export function tellUnfinished(
  { counter, host, spec }: Pick<StageParts, 'counter' | 'host' | 'spec'>,
  keys: number | undefined,
): void {
  // A first half gives out what it has.
  if (host.barriers !== undefined || spec.isHalf === true) return
  const sentence = unfinished(spec, counter.snapshot(), keys)
  if (sentence !== undefined) host.warn(sentence)
}

function unfinished(
  { factory, id }: StageSpec,
  { openWindows = 0, stateEntries, timers = 0, used }: StageCounts,
  keys: number | undefined,
): string | undefined {
  const { absorbs, keeps } = factory.traits
  const kept = keeps === 'state' && stateEntries !== undefined ? Object.values(stateEntries) : [1]
  // What a stage has let go of is finished.
  const isFinished = timers === 0 && (!absorbs || kept.every((count) => count === 0))
  if (used === 0 || isFinished) return undefined
  const open = [
    ...(openWindows === 0 ? [] : [`${counted(openWindows, 'window')} open`]),
    ...(timers === 0 ? [] : [`${counted(timers, 'timer')} set`]),
  ].join(' and ')
  const taken = `${counted(used, 'record')}${keys === undefined ? '' : ` of ${counted(keys, 'key')}`}`
  const how = open === '' ? 'before it finished them' : `with ${open}`
  return `Stage "${id}" took in ${taken} and was stopped ${how}; stop with --drain to get its results.`
}

function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? '' : 's'}`
}
