import type { WatermarkStrategy } from '@millrace/sdk'
import type { Settings } from '../build/part.ts'
import type { Entry } from '../grammar/entry.ts'
import type { LoadContext } from '../load-context.ts'
import { readBy } from './read-by.ts'
import { readParallel, readSplit } from './read-parallel.ts'
import { readPolicy, readSourcePolicy } from './read-policy.ts'
import { readRestart } from './read-restart.ts'
import { readSpill } from './read-spill.ts'
import { readTime } from './read-time.ts'
import { readJournal } from './read-journal.ts'
import { placeOf, readPositiveDuration, readWhole, type Place } from './read-value.ts'

/**
 * Reads the keys beside the module of an entry. `inputs` are the names of its inputs, `watermarks` the strategy that its `time`
 * names.
 */
export function readSettings(
  entry: Entry,
  inputs: readonly string[],
  watermarks: (() => WatermarkStrategy) | undefined,
  context: LoadContext,
): Settings {
  const place = (key: string): Place => placeOf(entry.keys, key, entry.path)
  const time = entry.role === 'source' ? readTime(place('time'), watermarks, context) : undefined
  const by = entry.role === 'stage' ? readBy(place('by'), inputs, context) : undefined
  return {
    onError:
      entry.role === 'source'
        ? readSourcePolicy(place('onError'), context)
        : readPolicy(place('onError'), context),
    restart: readRestart(place('restart'), context),
    limit: readWhole(place('limit'), context, 0),
    timeoutMs: readPositiveDuration(place('timeout'), context),
    batch: readWhole(place('batch'), context, 1),
    parallel: readParallelOf(entry, context),
    spill: entry.role === 'stage' ? readSpill(entry, context) : undefined,
    journal: readJournal(place('journal'), context),
    time: time?.spec,
    by: by?.parts,
    reads: [...(time?.reads ?? []), ...(by?.reads ?? [])],
  }
}

function readParallelOf(entry: Entry, context: LoadContext): Settings['parallel'] {
  if (entry.role === 'source') return readSplit(entry, context)
  return entry.role === 'stage' ? readParallel(entry, context) : undefined
}
