import { askStatus, readJobState, type ReadState, type RunningStatus } from '@millrace/job'
import { exitCodes } from '../exit-codes.ts'
import { displayPath } from '../report/fault-text.ts'
import {
  formatBytesOf,
  formatClock,
  formatCount,
  formatOnDisk,
  plural,
} from '../report/quantity.ts'
import { placeJson, sourcePlaces } from '../report/source-places.ts'
import { alignRows } from '../report/table.ts'
import type { Shell } from '../shell.ts'
import { stateOfJob, type StateOptions } from './state-of-job.ts'

/** Says whether a job runs, what its last checkpoint is, and where its sources stand. */
export async function statusCommand(
  argument: string | undefined,
  options: StateOptions,
  shell: Shell,
): Promise<number> {
  const found = await stateOfJob(argument, options, { command: 'status', shell })
  if (found === undefined) return exitCodes.badUsage
  const { checkpoint, plan } = found
  const running = await askStatus(checkpoint.dir)
  const state = await readJobState(checkpoint.dir)
  const { terminal, cwd } = shell
  if (options.json === true) {
    terminal.out(`${JSON.stringify(statusJson(checkpoint.dir, running, state), undefined, 2)}\n`)
    return exitCodes.done
  }
  const workers = Object.entries(running?.workers ?? {})
  const lines = [
    `${terminal.outPaint('bold', plan.name)} ${runs(running)}`,
    ...workers.map(([id, count]) => `${id} has ${plural(count, 'worker')}`),
    `state in ${displayPath(checkpoint.dir, cwd)}${state === undefined ? ': none so far' : `, ${formatOnDisk(state)}`}`,
    ...(state === undefined ? [] : statesOf(state, cwd)),
  ]
  terminal.out(`${lines.join('\n')}\n`)
  return exitCodes.done
}

function runs(running: RunningStatus | undefined): string {
  if (running === undefined) return 'does not run'
  const { bytes, bytesTotal, elapsedMs, pid, read, state } = running
  const size = bytesTotal === undefined ? '' : `, ${formatBytesOf(bytes ?? 0, bytesTotal)}`
  return `is ${state}: process ${pid}, for ${formatClock(elapsedMs)}, ${plural(read, 'record')} read${size}`
}

function statesOf({ checkpoint, note }: ReadState, cwd: string): string[] {
  const { end, number, read, time } = note
  const age = formatClock(Math.max(0, Date.now() - time))
  const why = end === undefined ? '' : `, when the job was ${end}`
  const places = sourcePlaces(checkpoint.sources, cwd)
  const kept = Object.entries(checkpoint.stages).flatMap(([id, { snapshot }]) => {
    const entries = Object.values(snapshot.state).map(({ entries: own }) => own.length)
    const sum = entries.reduce((all, one) => all + one, 0)
    return sum === 0 ? [] : [[`  ${id}`, `${formatCount(sum)} ${sum === 1 ? 'entry' : 'entries'}`]]
  })
  return [
    `checkpoint ${number}, ${age} ago${why}: ${plural(read, 'record')} read`,
    ...(places.length === 0 ? [] : ['sources stand at', ...alignRows(places)]),
    ...(kept.length === 0 ? [] : ['stages keep', ...alignRows(kept)]),
  ]
}

function statusJson(
  dir: string,
  running: RunningStatus | undefined,
  state: ReadState | undefined,
): object {
  if (state === undefined) return { dir, running: running ?? null, checkpoint: null }
  const { checkpoint, journalSize, note, size } = state
  const sources = Object.entries(checkpoint.sources).map(([id, source]) => {
    const { counts, isOver, partitions } = source
    const { bytes, bytesTotal, read } = counts
    const places = partitions.map(placeJson)
    return { id, isOver, read, bytes, bytesTotal: bytesTotal ?? null, partitions: places }
  })
  const stages = Object.entries(checkpoint.stages).map(([id, { counts, snapshot }]) => {
    const handles = Object.entries(snapshot.state)
    const entries = handles.map(([name, handle]) => [name, handle.entries.length])
    return { id, counts, entries: Object.fromEntries(entries) }
  })
  const sinks = Object.entries(checkpoint.sinks).map(([id, { counts }]) => ({ id, counts }))
  const ageMs = Math.max(0, Date.now() - note.time)
  const found = { ...note, ageMs, bytes: size, journalBytes: journalSize, sources, stages, sinks }
  return { dir, running: running ?? null, checkpoint: found }
}
