import type { SourceSnapshot } from '../checkpoint/checkpoint.ts'

/** What each worker of a source goes on from: it has its event time, and what it reads it is given. */
export function workerShare(saved: SourceSnapshot): SourceSnapshot {
  const { ends: _, ...kept } = saved
  const { id, module } = saved.counts
  return {
    ...kept,
    isOver: false,
    partitions: [],
    done: [],
    bytesDone: 0,
    letters: { byCode: {}, first: [], unplaced: 0 },
    counts: { id, module, read: 0, sent: 0, malformed: 0, bytes: 0, bytesTotal: undefined },
  }
}
