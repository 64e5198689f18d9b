import type { JobSpec } from '@millrace/engine'
import { jobDefaults } from '@millrace/sdk'
import type { NormalPipeline } from '../grammar/entry.ts'
import { choices, innerKeys } from '../grammar/keys.ts'
import type { LoadContext } from '../load-context.ts'
import { CFG_NOT_BUILT } from '../errors.ts'
import { readJobRestart } from './read-job-restart.ts'
import { readPolicy } from './read-policy.ts'
import {
  placeOf,
  readChoice,
  readMap,
  readShare,
  readText,
  readWhole,
  type Place,
} from './read-value.ts'

/** What holds for the whole job. */
export type PipelineSettings = Pick<JobSpec, 'name' | 'onError' | 'errors' | 'restart' | 'mailbox'>

/** Reads the keys of the pipeline that are no entries. `name` is the default. */
export function readPipelineSettings(
  pipeline: NormalPipeline,
  name: string,
  context: LoadContext,
): PipelineSettings {
  const place = (key: string): Place => placeOf(pipeline.keys, key, '')
  const own = readText(place('name'), context)
  if (own === undefined) context.addDefault('name', name)
  return {
    name: own ?? name,
    onError: readPolicy(place('onError'), context),
    errors: readErrors(place('errors'), context),
    restart: readJobRestart(place('restart'), context),
    mailbox: readMailbox(place('mailbox'), context),
  }
}

function orDefault<T>(
  value: T | undefined,
  { node, path }: Place,
  otherwise: T,
  context: LoadContext,
  shown: unknown = otherwise,
): T {
  if (node === undefined) context.addDefault(path, shown)
  return value ?? otherwise
}

function readErrors(place: Place, context: LoadContext): JobSpec['errors'] {
  const entries = readMap(place, context, innerKeys.errors)?.entries ?? new Map()
  const atMost = placeOf(entries, 'atMost', place.path, 'errors')
  const of = placeOf(entries, 'of', place.path, 'errors')
  const usual = jobDefaults.errors
  return {
    atMost: orDefault(
      readShare(atMost, context),
      atMost,
      usual.atMost,
      context,
      `${usual.atMost * 100}%`,
    ),
    of: orDefault(readWhole(of, context, 1), of, usual.of, context),
  }
}

function readMailbox(place: Place, context: LoadContext): JobSpec['mailbox'] {
  const timeout = place.node?.kind === 'map' ? place.node.entries.get('timeout') : undefined
  if (timeout !== undefined) {
    context.faults.push(CFG_NOT_BUILT({ key: 'timeout', of: '"mailbox"' }, timeout.where))
  }
  const known = [...innerKeys.mailbox, ...(timeout === undefined ? [] : ['timeout'])]
  const entries = readMap(place, context, known)?.entries ?? new Map()
  const capacity = placeOf(entries, 'capacity', place.path, 'mailbox')
  const overflow = placeOf(entries, 'overflow', place.path, 'mailbox')
  const usual = jobDefaults.mailbox
  return {
    capacity: orDefault(readWhole(capacity, context, 1), capacity, usual.capacity, context),
    overflow: orDefault(
      readChoice(overflow, context, choices.overflow),
      overflow,
      usual.overflow,
      context,
    ),
  }
}
