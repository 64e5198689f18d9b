import { hashKey, type KeyValue } from '@millrace/base'
import type { KeyPart } from '../plan/job-spec.ts'
import type { Edge } from './edge.ts'
import { keyValue } from './key.ts'
import type { Outlet } from './outlet.ts'
import { RecordBatch } from './record-batch.ts'

/** The number of the replica that a key is with. */
export function replicaOf(key: readonly KeyValue[], count: number): number {
  return hashKey(key) % count
}

/** Columns of the records that go to one replica. */
interface Share {
  values: unknown[]
  timestamps: number[]
  marks: number[]
  rows: number[]
}

const newShare = (): Share => ({ values: [], timestamps: [], marks: [], rows: [] })

/** The replicas of a stage with keys as one reader: each record goes to the one that has its key. */
export class KeyedFan implements Outlet {
  readonly edges: readonly Edge[]
  readonly lossy: boolean
  readonly readers = 1
  readonly #by: readonly KeyPart[]
  readonly #read = { timestamp: 0 }
  readonly #key: KeyValue[] = []
  readonly #shares: Share[]
  onClear: (() => void) | undefined

  constructor(edges: readonly Edge[], by: readonly KeyPart[]) {
    this.edges = edges
    this.lossy = edges.some((edge) => edge.lossy)
    this.#by = by
    this.#shares = edges.map(newShare)
    for (const edge of edges) {
      edge.onClear = () => {
        if (this.clear) this.onClear?.()
      }
    }
  }

  get clear(): boolean {
    for (const edge of this.edges) if (!edge.clear) return false
    return true
  }

  offer(batch: RecordBatch, mark: number, start = 0, end: number = batch.values.length): void {
    const { marks, rows, table, timestamps, values } = batch
    for (let index = start; index < end; index++) {
      const timestamp = timestamps[index] as number
      const share = this.#shares[this.#replica(values[index], timestamp)] as Share
      share.values.push(values[index])
      share.timestamps.push(timestamp)
      share.marks.push(marks[index] as number)
      share.rows.push(rows[index] as number)
    }
    for (const [index, edge] of this.edges.entries()) {
      const share = this.#shares[index] as Share
      if (share.values.length === 0) {
        edge.offerMark(mark, false)
        continue
      }
      const { marks: m, rows: r, timestamps: t, values: v } = share
      edge.offer(new RecordBatch(v, t, m, r, table), mark)
      this.#shares[index] = newShare()
    }
  }

  offerMark(mark: number, isIdle: boolean): void {
    for (const edge of this.edges) edge.offerMark(mark, isIdle)
  }

  offerUnit(): void {
    // Nobody takes it in order.
  }

  offerTurn(): void {
    // The same.
  }

  offerBarrier(): void {
    for (const edge of this.edges) edge.offerBarrier()
  }

  end(complete: boolean): void {
    for (const edge of this.edges) edge.end(complete)
  }

  /** A record without a key to speak of fails with the first one, as it would with the only one. */
  #replica(record: unknown, timestamp: number): number {
    const by = this.#by
    this.#read.timestamp = timestamp
    try {
      for (let index = 0; index < by.length; index++) {
        this.#key[index] = keyValue(by[index] as KeyPart, record, this.#read) as KeyValue
      }
    } catch {
      return 0
    }
    return replicaOf(this.#key, this.edges.length)
  }
}
