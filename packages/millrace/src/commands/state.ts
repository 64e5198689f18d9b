import { resolve } from 'node:path'
import { nearestName } from '@millrace/base'
import { exportState, importState, nodeRuntime, readJobState, type ReadState } from '@millrace/job'
import { CLI_KEY_FORM, CLI_NO_STATE_OF, CLI_NOTHING_KEPT } from '../errors.ts'
import { exitCodes } from '../exit-codes.ts'
import type { JobFileOptions } from '../job-file.ts'
import { displayPath } from '../report/fault-text.ts'
import { formatBytes, formatCount, formatOnDisk, plural } from '../report/quantity.ts'
import { plainEntries } from '../report/state-entries.ts'
import { alignRows } from '../report/table.ts'
import type { Shell } from '../shell.ts'
import { type StateOfJob, stateOfJob, type StateOptions } from './state-of-job.ts'

/** Options of `millrace state get`. */
export interface StateGetOptions extends JobFileOptions {
  readonly key?: readonly string[]
}

/** Options of `millrace state import`. */
export interface StateImportOptions extends StateOptions {
  readonly replace?: boolean
}

/** Lists what the stages of a job keep in its last checkpoint: handles, entries, bytes. */
export async function stateLsCommand(
  job: string | undefined,
  options: StateOptions,
  shell: Shell,
): Promise<number> {
  const found = await stateOfJob(job, options, { command: 'state ls', shell })
  if (found === undefined) return exitCodes.badUsage
  const state = await keptBy(found)
  const rows = await handlesOf(state)
  const { terminal } = shell
  if (options.json === true) {
    const { journalSize: journalBytes, note, size: bytes } = state
    const listed = { ...note, bytes, journalBytes, handles: rows }
    terminal.out(`${JSON.stringify(listed, undefined, 2)}\n`)
    return exitCodes.done
  }
  terminal.out(
    `checkpoint ${state.note.number}, ${plural(state.note.read, 'record')} read, ${formatOnDisk(state)}\n`,
  )
  if (rows.length === 0) return exitCodes.done
  const cells = rows.map(({ bytes, entries, handle, kind, stage }) => [
    `${stage}.${handle}`,
    kind,
    formatCount(entries),
    formatBytes(bytes),
  ])
  const head = ['handle', 'kind', 'entries', 'bytes']
  const align = ['left', 'left', 'right', 'right'] as const
  terminal.out(`${alignRows([head, ...cells], align).join('\n')}\n`)
  return exitCodes.done
}

/** Prints what a stage, or one of its handles, keeps: an entry a line, as JSON. */
export async function stateGetCommand(
  place: string,
  job: string | undefined,
  options: StateGetOptions,
  shell: Shell,
): Promise<number> {
  const found = await stateOfJob(job, options, { command: 'state get', shell })
  if (found === undefined) return exitCodes.badUsage
  const state = await keptBy(found)
  const known = (await handlesOf(state)).map(({ handle, stage }) => `${stage}.${handle}`)
  // Names of handles may hold dots, ids of stages none.
  const [stage = '', ...rest] = place.split('.')
  const handle = rest.length === 0 ? undefined : rest.join('.')
  const snapshot = state.checkpoint.stages[stage]?.snapshot
  const isThere = snapshot !== undefined && (handle === undefined || handle in snapshot.state)
  if (!isThere) {
    const stages = Object.keys(state.checkpoint.stages)
    throw CLI_NO_STATE_OF({ place, near: nearestName(place, [...known, ...stages]), known })
  }
  const keys = (options.key ?? []).map(keyOf)
  const by = state.print[stage]?.by ?? []
  for (const entry of plainEntries(snapshot, by, { handle, keys })) {
    shell.terminal.out(`${JSON.stringify(entry)}\n`)
  }
  return exitCodes.done
}

/** Writes the last checkpoint of a job to a file, from which it can be imported anywhere. */
export async function stateExportCommand(
  file: string,
  job: string | undefined,
  options: StateOptions,
  shell: Shell,
): Promise<number> {
  const found = await stateOfJob(job, options, { command: 'state export', shell })
  if (found === undefined) return exitCodes.badUsage
  const { cwd, terminal } = shell
  const written = await exportState(found.checkpoint.dir, resolve(cwd, file))
  if (written === undefined) throw nothingKept(found)
  const { bytes, number, read } = written
  terminal.out(
    options.json === true
      ? `${JSON.stringify(written)}\n`
      : `${displayPath(written.file, cwd)}: checkpoint ${number}, ${plural(read, 'record')} read, ${formatBytes(bytes)}\n`,
  )
  return exitCodes.done
}

/** Makes the state in a file that of a job that does not run. */
export async function stateImportCommand(
  file: string,
  job: string | undefined,
  options: StateImportOptions,
  shell: Shell,
): Promise<number> {
  const found = await stateOfJob(job, options, { command: 'state import', shell })
  if (found === undefined) return exitCodes.badUsage
  const { checkpoint: settings, plan } = found
  const note = await importState(resolve(shell.cwd, file), {
    settings,
    job: plan.name,
    runtime: nodeRuntime,
    replace: options.replace === true,
  })
  shell.terminal.out(
    options.json === true
      ? `${JSON.stringify({ ...note, dir: settings.dir })}\n`
      : `${plan.name} will go on from checkpoint ${note.number}, with ${plural(note.read, 'record')} read\n`,
  )
  return exitCodes.done
}

interface HandleRow {
  readonly stage: string
  readonly handle: string
  readonly kind: string
  readonly version: number
  readonly entries: number
  readonly bytes: number
}

async function handlesOf(state: ReadState): Promise<readonly HandleRow[]> {
  const rows: HandleRow[] = []
  for (const [stage, { snapshot }] of Object.entries(state.checkpoint.stages)) {
    const bytes = await state.bytesOf(stage)
    for (const [handle, { entries, kind, version }] of Object.entries(snapshot.state)) {
      const own = bytes.handles.get(handle) ?? 0
      rows.push({ stage, handle, kind, version, entries: entries.length, bytes: own })
    }
  }
  return rows
}

async function keptBy(found: StateOfJob): Promise<ReadState> {
  const state = await readJobState(found.checkpoint.dir)
  if (state === undefined) throw nothingKept(found)
  return state
}

const nothingKept = ({ checkpoint, plan }: StateOfJob): Error =>
  CLI_NOTHING_KEPT({ name: plan.name, dir: checkpoint.dir })

function keyOf(text: string): readonly [name: string, value: string] {
  const at = text.indexOf('=')
  if (at < 1) throw CLI_KEY_FORM({ text })
  return [text.slice(0, at), text.slice(at + 1)]
}
