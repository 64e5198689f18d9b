import { nearestName, type MillraceError } from '@millrace/base'
import type { MapEntry } from '../document/config-node.ts'
import { CFG_NOT_BUILT, CFG_UNKNOWN_KEY } from '../errors.ts'
import { isExtension, pipelineKeys } from './keys.ts'

/** Refuses keys outside of `known`, with the nearest name; those of `future` with their own sentence. */
export function checkKeys(
  entries: ReadonlyMap<string, MapEntry>,
  of: string,
  known: readonly string[],
  future: readonly string[],
  faults: MillraceError[],
): void {
  for (const { key, where } of entries.values()) {
    if (known.includes(key) || isExtension(key)) continue
    const near = nearestName(key, known)
    // Only the job file has the pipeline as a key of its own.
    const below = known.includes('pipeline') && pipelineKeys.includes(key) ? 'pipeline' : undefined
    faults.push(
      future.includes(key)
        ? CFG_NOT_BUILT({ key, of }, where)
        : CFG_UNKNOWN_KEY({ key, of, near, below, known }, where),
    )
  }
}
