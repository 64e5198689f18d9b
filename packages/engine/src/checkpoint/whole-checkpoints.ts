import { copyData } from '@millrace/base'
import { mergeChanges, toPlainSnapshot } from '../state/merge-changes.ts'
import type { HandleChanges, Sliced, StageChanges } from '../state/stage-changes.ts'
import type {
  ChangeStore,
  CheckpointStore,
  CommittedBytes,
  JobChanges,
  JobCheckpoint,
  StageCheckpoint,
} from './checkpoint.ts'

/** Gives a store that keeps checkpoints whole what it wants: merges changes in memory. */
export class WholeCheckpoints implements ChangeStore {
  readonly takesChanges = true
  readonly #store: CheckpointStore
  /** Those of each stage that are still needed. */
  readonly #changes = new Map<string, readonly StageChanges[]>()
  #last: JobCheckpoint | undefined

  constructor(store: CheckpointStore) {
    this.#store = store
  }

  async commit({ stages, ...rest }: JobChanges): Promise<void | CommittedBytes> {
    const whole: Record<string, StageCheckpoint> = {}
    for (const [id, { changes, ...stage }] of Object.entries(stages)) {
      const before = changes.number === 1 ? [] : (this.#changes.get(id) ?? [])
      const needed = [...before, settled(changes)].filter(({ number }) => number >= changes.since)
      this.#changes.set(id, needed)
      whole[id] = { ...stage, snapshot: toPlainSnapshot(mergeChanges(needed)) }
    }
    const checkpoint = { ...rest, stages: whole }
    const bytes = await this.#store.commit(checkpoint)
    this.#last = checkpoint
    return bytes
  }

  last(): Promise<JobCheckpoint | undefined> {
    return Promise.resolve(this.#last)
  }
}

/** The same, of lists that may be asked again and again. */
function settled(changes: StageChanges): StageChanges {
  const { cold } = changes
  const handles = Object.entries(changes.handles).map(([name, handle]) => [name, kept(handle)])
  return {
    ...changes,
    keys: { ...changes.keys, values: all(changes.keys.values) },
    handles: Object.fromEntries(handles) as StageChanges['handles'],
    ...(cold && { cold: { ...cold, bytes: all(cold.bytes) } }),
  }
}

function kept(handle: HandleChanges): HandleChanges {
  const { data } = handle.entries
  if ('rows' in data) return handle
  const items = all(data)
  // Objects are changed in place.
  const own = handle.kind === 'object' ? items.map((item) => copyData(item)) : items
  return { ...handle, entries: { ...handle.entries, data: own } }
}

const all = <T>(list: Sliced<T>): readonly T[] => list.slice(0, list.length)
