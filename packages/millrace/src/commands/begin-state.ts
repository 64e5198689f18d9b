import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { nodeRuntime } from '@millrace/engine/host'
import { finishedSummary, type JobState, planState } from '@millrace/job'
import type { LoadedJob, LoadOptions } from '@millrace/loader'
import { displayPath } from '../report/fault-text.ts'
import { formatClock, plural } from '../report/quantity.ts'
import type { RunVoice } from '../report/run-voice.ts'
import type { Shell } from '../shell.ts'

/** Options of a run that say where it goes on from. */
export interface BeginOptions {
  readonly fresh?: boolean
  readonly from?: string
  readonly allowChanged?: readonly string[]
  readonly allowDroppedState?: boolean
}

/** Opens the state of a job; undefined where it takes no checkpoints. Rejects where it cannot go on from it. */
export async function openState(
  loaded: LoadedJob,
  file: string,
  options: BeginOptions,
): Promise<JobState | undefined> {
  const { allowChanged, allowDroppedState, fresh, from } = options
  const start = { allowChanged, allowDroppedState, fresh, from }
  return planState(loaded, { ...start, file, runtime: nodeRuntime })?.()
}

/** Says where a run begins. */
export function sayBegin(
  state: JobState,
  options: BeginOptions,
  voice: RunVoice,
  shell: Shell,
): void {
  const { restored, setAside } = state
  if (setAside !== undefined) {
    const { number, read } = setAside
    voice.say(
      `checkpoint ${number} (${plural(read, 'record')} read) is set aside; it is there until this run has one of its own`,
    )
  }
  if (restored === undefined) return
  const { number, read, time } = restored
  const age = formatClock(Math.max(0, nodeRuntime.now() - time))
  const from = options.from === undefined ? '' : ` of ${displayPath(options.from, shell.cwd)}`
  voice.say(
    `going on from checkpoint ${number}${from}, taken ${age} ago, with ${plural(read, 'record')} read so far`,
  )
}

/** Says that a job was finished before: there is nothing to run. */
export async function endFinished(
  name: string,
  state: JobState,
  { json }: { readonly json?: boolean },
  voice: RunVoice,
): Promise<void> {
  const { restored } = state
  if (restored === undefined) return
  if (json === true) return voice.end(finishedSummary(name, restored))
  const when = new Date(restored.time).toISOString()
  voice.say(
    `finished on ${when}, with ${plural(restored.read, 'record')} read; nothing was done. Begin anew with --fresh.`,
  )
}

/** What a run was started with: the job file as it was then, so that an upgrade can go back to it. */
export type Started = Pick<LoadOptions, 'file' | 'cwd' | 'inputs' | 'outputs' | 'set'> & {
  readonly text: string
}

const STARTED = 'started.json'

/** Notes beside its state what a run was started with. */
export async function noteStart(
  dir: string,
  { cwd, file, inputs, outputs, set, text }: LoadOptions,
): Promise<void> {
  const started: Started = {
    file,
    cwd,
    inputs,
    outputs,
    set,
    text: text ?? (await readFile(file, 'utf8')),
  }
  // The job file may hold what is not for everybody.
  await writeFile(join(dir, STARTED), `${JSON.stringify(started)}\n`, { mode: 0o600 })
}

/** What the last run was started with; undefined: nobody noted it. */
export async function readStart(dir: string): Promise<Started | undefined> {
  try {
    return JSON.parse(await readFile(join(dir, STARTED), 'utf8')) as Started
  } catch {
    return undefined
  }
}
