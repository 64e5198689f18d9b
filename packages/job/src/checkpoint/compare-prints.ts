import { type MillraceError, nearestName, parseDuration, type Where } from '@millrace/base'
import { type JobCheckpoint, joinReplicas, namedStage, stageOf } from '@millrace/engine'
import { JOB_STATE_CHANGED, JOB_STATE_DROPPED, JOB_STATE_NO_PART } from '../errors.ts'
import type { JobPrint, PartPrint, PrintedValue } from './job-print.ts'
import type { SavedJob } from './sections.ts'

/** What a job that goes on may be different in. */
export interface Allowed {
  /** Ids of sources, stages and sinks. */
  readonly changed?: readonly string[] | undefined
  readonly droppedState?: boolean | undefined
}

/** A job as it is now. */
export interface CurrentJob {
  readonly print: JobPrint
  /** Where a part stands in the job file. */
  readonly where?: ((id: string) => Where | undefined) | undefined
}

/** Why a job cannot go on from a checkpoint: all reasons, in the order of its parts. Empty: it can. */
export function compareJobs(
  saved: SavedJob,
  current: CurrentJob,
  allowed: Allowed = {},
): readonly MillraceError[] {
  const { changed = [], droppedState = false } = allowed
  const known = Object.keys(current.print)
  const faults: MillraceError[] = changed
    .filter((id) => !known.includes(id))
    .map((id) => JOB_STATE_NO_PART({ id, known }))
  for (const [id, was] of Object.entries(saved.print)) {
    const now = current.print[id]
    const isThere = now?.role === was.role
    const found = isThere ? changes(id, was, now, current.where?.(id)) : []
    if (isThere ? found.length === 0 || changed.includes(id) : droppedState) continue
    const holds = whatItHolds(saved.checkpoint, id, was)
    if (holds === undefined) continue
    if (isThere) faults.push(...found)
    else {
      const fresh = known.filter((name) => saved.print[name] === undefined)
      const near = nearestName(id, fresh) ?? soleSuccessor(current.print, fresh, was)
      faults.push(JOB_STATE_DROPPED({ id, role: was.role, holds, near }))
    }
  }
  return faults
}

/**
 * The checkpoint without what the job cannot use: parts that it no longer has, and places of sources and tokens of sinks that now
 * are other modules.
 */
export function usable({ checkpoint, print }: SavedJob, now: JobPrint): JobCheckpoint {
  const keep = <T>(parts: Readonly<Record<string, T>>): Record<string, T> =>
    Object.fromEntries(
      Object.entries(parts).filter(([part]) => {
        const id = namedStage(stageOf(part))
        const [before, after] = [print[id], now[id]]
        if (after === undefined || before?.role !== after.role) return false
        return after.role === 'stage' || before.module === after.module
      }),
    )
  const { sinks, sources, stages } = checkpoint
  const kept = Object.entries(keep(stages)).map(([id, { isKept, ...stage }]) => {
    // Whatever is different now may keep something else.
    const part = namedStage(stageOf(id))
    const isSamePart = JSON.stringify(now[part]) === JSON.stringify(print[part])
    return [id, { ...stage, ...(isSamePart && isKept && { isKept }) }] as const
  })
  return {
    ...checkpoint,
    sources: keep(sources),
    stages: Object.fromEntries(kept),
    sinks: keep(sinks),
  }
}

/** What is lost without a part, for people; undefined: nothing. */
function whatItHolds(
  checkpoint: JobCheckpoint,
  id: string,
  { role }: PartPrint,
): string | undefined {
  const { sinks, sources, stages } = joinReplicas(checkpoint)
  if (role === 'source') {
    const read = sources[id]?.counts.read ?? 0
    return sources[id] === undefined ? undefined : `its place after ${count(read, 'record')}`
  }
  if (role === 'sink') {
    const { parked = [], token } = sinks[id] ?? {}
    if (parked.length > 0) return count(parked.length, 'parked record')
    return token === undefined ? undefined : 'what it has written and not yet shown'
  }
  const stage = stages[id]
  if (stage === undefined) return undefined
  const { state, timers } = stage.snapshot
  const entries = Object.values(state).reduce((sum, handle) => sum + handle.entries.length, 0)
  const set = timers.event.length + timers.clock.length
  const held = [
    ...(entries > 0 ? [count(entries, 'entry', 'entries')] : []),
    ...(set > 0 ? [count(set, 'timer')] : []),
    ...(stage.parked.length > 0 ? [count(stage.parked.length, 'parked record')] : []),
  ]
  return held.length === 0 ? undefined : held.join(' and ')
}

function changes(
  id: string,
  was: PartPrint,
  now: PartPrint,
  where: Where | undefined,
): readonly MillraceError[] {
  const fault = (what: string, before: string, after: string): MillraceError =>
    JOB_STATE_CHANGED({ id, what, was: before, now: after }, where)
  if (was.module !== now.module) return [fault('The module', was.module, now.module)]
  const faults: MillraceError[] = []
  if ((was.journal ?? false) !== (now.journal ?? false)) {
    faults.push(
      fault('The key journal', String(was.journal ?? false), String(now.journal ?? false)),
    )
  }
  if (was.by.join('\n') !== now.by.join('\n')) {
    faults.push(fault('The key (by)', was.by.join(', ') || 'none', now.by.join(', ') || 'none'))
  }
  const free = [...was.mayChange, ...now.mayChange]
  const names = new Set([...Object.keys(was.parameters), ...Object.keys(now.parameters)])
  for (const name of names) {
    if (free.some((one) => name === one || name.startsWith(`${one}.`))) continue
    const [before, after] = [was.parameters[name], now.parameters[name]]
    if (isSame(before, after)) continue
    faults.push(fault(`Parameter ${name}`, shown(before), shown(after)))
  }
  return faults
}

function isSame(before: PrintedValue | undefined, after: PrintedValue | undefined): boolean {
  // A parameter that one version of a plugin does not know is the same as its default in the other.
  if (before === undefined || after === undefined) return (before ?? after)?.isDefault === true
  const [one, other] = [before.value, after.value]
  if (JSON.stringify(one) === JSON.stringify(other)) return true
  if (typeof one !== 'string' || typeof other !== 'string') return false
  const ms = parseDuration(one)
  return ms !== undefined && ms === parseDuration(other)
}

const shown = (parameter: PrintedValue | undefined): string =>
  parameter === undefined ? 'absent' : JSON.stringify(parameter.value)

/** The only new part that could be the old one under another name. */
function soleSuccessor(
  now: JobPrint,
  fresh: readonly string[],
  { module, role }: PartPrint,
): string | undefined {
  const like = fresh.filter((id) => now[id]?.module === module && now[id]?.role === role)
  return like.length === 1 ? like[0] : undefined
}

const count = (number: number, one: string, many = `${one}s`): string =>
  `${number.toLocaleString('en-US')} ${number === 1 ? one : many}`
