import { isAbsolute, join, resolve } from 'node:path'
import { formatDuration } from '@millrace/base'
import { jobDefaults } from '@millrace/sdk'
import { nodeOf } from '../document/config-node.ts'
import type { NormalPipeline } from '../grammar/entry.ts'
import { innerKeys } from '../grammar/keys.ts'
import type { LoadContext } from '../load-context.ts'
import type { CheckpointPlan } from '../plan/job-plan.ts'
import {
  durationOfNode,
  placeOf,
  type Place,
  readLeaf,
  readMap,
  readPositiveDuration,
  readText,
} from './read-value.ts'

/** Writes `checkpoint: 10s` as a map, so that overrides of single keys leave the others as they are. */
export function spreadCheckpoint({ keys }: NormalPipeline): void {
  const entry = keys.get('checkpoint')
  if (entry?.value.kind !== 'scalar' || durationOfNode(entry.value) === undefined) return
  const { value, where } = entry
  const entries = new Map([['every', { key: 'every', where, value }]])
  const origin = value.origin
  keys.set('checkpoint', { ...entry, value: { kind: 'map', where: value.where, origin, entries } })
}

/**
 * Reads `checkpoint: 10s | on | off | { every, dir }`. Undefined: the job takes none. Without it a job takes them if its input does
 * not end.
 */
export function readCheckpoint(
  { keys }: NormalPipeline,
  job: { readonly name: string; readonly ends: boolean },
  context: LoadContext,
): CheckpointPlan | undefined {
  const place = placeOf(keys, 'checkpoint', '')
  const { node } = place
  if (node === undefined && job.ends) {
    context.addDefault('checkpoint', 'off')
    return undefined
  }
  if (node !== undefined && node.kind !== 'map') {
    const scalar = readScalar(place, context)
    if (scalar === undefined || scalar === 'off') return undefined
    const everyMs = scalar === 'on' ? usualEvery(context) : scalar
    return { everyMs, dir: usualDir(job.name, context), folder: context.folder, isDefault: false }
  }
  const entries = readMap(place, context, innerKeys.checkpoint)?.entries ?? new Map()
  const every = placeOf(entries, 'every', 'checkpoint', 'checkpoint')
  const dir = placeOf(entries, 'dir', 'checkpoint', 'checkpoint')
  const own = every.node === undefined ? undefined : readPositiveDuration(every, context)
  const everyMs = own ?? (every.node === undefined ? usualEvery(context) : 0)
  return {
    everyMs,
    dir: readDir(dir, context) ?? usualDir(job.name, context),
    folder: context.folder,
    isDefault: node === undefined,
  }
}

function readScalar(place: Place, context: LoadContext): 'on' | 'off' | number | undefined {
  const expected = 'a duration with a unit such as 10s, on, off, or a map with every, dir'
  return readLeaf(place, context, expected, ({ text, value }) => {
    if (value === true || text === 'on' || text === 'true') return 'on'
    if (value === false || text === 'off' || text === 'false') return 'off'
    const ms = durationOfNode(nodeOf(text, {}, 'file'))
    return ms !== undefined && ms > 0 ? ms : undefined
  })
}

function usualEvery(context: LoadContext): number {
  const { everyMs } = jobDefaults.checkpoint
  context.addDefault('checkpoint.every', formatDuration(everyMs))
  return everyMs
}

function usualDir(name: string, context: LoadContext): string {
  // Whatever a job is called, its state lies in one folder below .millrace.
  const folder = name.replaceAll(/[^\p{L}\p{N}._-]+/gu, '-').replace(/^\.+/, '') || 'job'
  const dir = join(context.folder, '.millrace', folder)
  context.addDefault('checkpoint.dir', dir)
  return dir
}

/** The absolute path of a folder: a relative one counts from the job file, in an override from where the command is. */
export function readDir(place: Place, context: LoadContext): string | undefined {
  const path = readText(place, context)
  if (path === undefined || isAbsolute(path)) return path
  const { origin, where = {} } = place.node ?? {}
  return resolve(origin === 'file' ? context.folderOf(where) : context.cwd, path)
}
