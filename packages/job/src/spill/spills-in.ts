import { resolve } from 'node:path'
import type { JobSpec } from '@millrace/engine'

/** Opens what stages spill to, in the folder that they name or in `directory`. Rejects with errors of the disk. */
export function spillsIn(directory: string): NonNullable<JobSpec['spills']> {
  return async (_stage, { dir = directory }) => {
    // A job that does not spill starts without what it takes.
    const { openSpill } = await import('./open-spill.ts')
    return openSpill(resolve(dir))
  }
}
