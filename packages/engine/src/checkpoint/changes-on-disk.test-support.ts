import { readChanges } from '../state/bare-stage.test-support.ts'
import { mergeChanges, toPlainSnapshot } from '../state/merge-changes.ts'
import type { StageChanges } from '../state/stage-changes.ts'
import type { CheckpointSpec, JobChanges, JobCheckpoint, StageCheckpoint } from './checkpoint.ts'
import { addsUp, type Process, wait } from './lives.test-support.ts'

/** Changes of each stage that are still needed. */
type Kept = Readonly<Record<string, readonly StageChanges[]>>

/** Keeps the changes of its stages on the disk of the process: those of a life follow those of the one before. */
export function diskChanges(process: Process, everyMs: number): CheckpointSpec {
  const { disk } = process
  return {
    everyMs,
    restored: goingOn(disk.checkpoint, disk.kept),
    store: {
      takesChanges: true,
      last: () => Promise.resolve(goingOn(disk.checkpoint, disk.kept)),
      async commit(changes) {
        const kept = added(disk.kept, changes)
        await wait(process, 2)
        if (!process.isAlive) return
        const checkpoint = structuredClone(whole(changes, kept))
        addsUp(checkpoint)
        disk.checkpoint = checkpoint
        disk.kept = kept
        await wait(process, 1)
      },
    },
  }
}

function added(before: Kept, { stages }: JobChanges): Kept {
  const next = Object.entries(stages).map(([id, { changes }]) => {
    const earlier = changes.number === 1 ? [] : (before[id] ?? [])
    const all = [...earlier, readChanges(changes)]
    return [id, all.filter(({ number }) => number >= changes.since)] as const
  })
  return Object.fromEntries(next)
}

function whole({ stages, ...rest }: JobChanges, kept: Kept): JobCheckpoint {
  const plain = Object.entries(stages).map(([id, capture]) => {
    const { changes: _, ...stage } = capture
    const snapshot = toPlainSnapshot(mergeChanges((kept[id] ?? []).map(readChanges)))
    return [id, { ...stage, snapshot }] as const
  })
  return { ...rest, stages: Object.fromEntries(plain) }
}

/** What a life goes on from, whose changes follow those that are kept. */
function goingOn(checkpoint: JobCheckpoint | undefined, kept: Kept): JobCheckpoint | undefined {
  if (checkpoint === undefined) return undefined
  const { stages, ...rest } = structuredClone(checkpoint)
  const merged = Object.entries(stages).map(([id, stage]): [string, StageCheckpoint] => {
    const snapshot = mergeChanges((kept[id] ?? []).map(readChanges))
    return [id, { ...stage, snapshot, isKept: true }]
  })
  return { ...rest, stages: Object.fromEntries(merged) }
}
