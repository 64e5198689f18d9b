import { realpathSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { loadSpec, type JobPlan, type LoadedJob, type LoadOptions } from '@millrace/loader'
import { CLI_NOT_MOVED, CLI_SAME_FILE } from '../errors.ts'
import { filesAt, freeNumber, replayPath, type SinkFile, sinkFiles } from './replay-files.ts'
import type { ReplayLog } from './replay-log.ts'

/** A job whose files are those of one replay. */
export interface LoadedReplay {
  readonly loaded: LoadedJob
  /** The number in the names of its files. */
  readonly number: number
  /** What its sinks write, at its new place. */
  readonly files: readonly SinkFile[]
}

/**
 * Loads a job so that its sinks write files of their own: results that are there stay, and a replay that was killed is done again
 * into the same files. Sinks that a flag gave a file keep it. Throws CLI_SAME_FILE where one
 * would write the letters that are read, CLI_NOT_MOVED where an override keeps one where it is.
 */
export async function loadReplay(
  options: LoadOptions,
  letters: string,
  log: ReplayLog,
): Promise<LoadedReplay> {
  const first = await loadSpec(options)
  if (first.plan === undefined) return { loaded: first, number: 0, files: [] }
  const plain = first.plan.nodes.filter(({ kind }) => kind === 'sink').map(({ id }) => id)
  const given = new Set((options.outputs ?? []).map(({ id }) => id ?? plain[0]))
  const own = sinkFiles(first.plan).filter(({ id }) => !given.has(id))
  const number = log.begun?.number ?? freeNumber(own, log.last)
  await first.dispose()
  const moved = own.map(({ id, path }) => ({ id, path: replayPath(path, number) }))
  const loaded = await loadSpec({ ...options, outputs: [...(options.outputs ?? []), ...moved] })
  const files = loaded.plan === undefined ? [] : sinkFiles(loaded.plan)
  for (const { id, path } of files) {
    const to = moved.find((file) => file.id === id)?.path ?? path
    const fault = to === path ? undefined : CLI_NOT_MOVED({ id, path, to })
    const refusal = isSame(path, letters) ? CLI_SAME_FILE({ path, id }) : fault
    if (refusal === undefined) continue
    await loaded.dispose()
    throw refusal
  }
  return { loaded, number, files }
}

/** Removes what a replay that did not end may have written: its letters go in again. */
export async function removeUnfinished({ begun }: ReplayLog): Promise<void> {
  for (const pattern of begun?.files ?? []) {
    for (const path of filesAt(pattern)) await rm(path, { force: true })
  }
}

/** The files that belong to a replay alone: those whose names carry its number. */
export function ownFiles({ files, number }: LoadedReplay): readonly string[] {
  return files.map(({ path }) => path).filter((path) => path.includes(`.replay-${number}`))
}

/** Sinks whose results nothing takes back when a replay is killed, by id. */
export function lastingSinks(plan: JobPlan, replay: LoadedReplay): readonly string[] {
  const own = new Set(ownFiles(replay))
  const safe = new Set(replay.files.filter(({ path }) => own.has(path)).map(({ id }) => id))
  const sinks = plan.nodes.filter(({ kind }) => kind === 'sink' || kind === 'deadLetter')
  return sinks.map(({ id }) => id).filter((id) => !safe.has(id))
}

function isSame(path: string, other: string): boolean {
  const real = (name: string): string => {
    try {
      return realpathSync(name)
    } catch {
      return name
    }
  }
  return real(path) === real(other)
}
