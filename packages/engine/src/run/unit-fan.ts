import type { Edge } from './edge.ts'
import type { Outlet } from './outlet.ts'
import type { RecordBatch } from './record-batch.ts'

interface Waiting {
  /** Undefined: the barrier of a checkpoint. */
  readonly batch: RecordBatch | undefined
  start: number
  mark: number
}

/** The replicas of a stage without keys as one reader: a unit of records goes to the one that has the fewest of them before it. */
export class UnitFan implements Outlet {
  readonly edges: readonly Edge[]
  readonly lossy: boolean
  /** Most records of a unit. */
  readonly #size: number
  readonly #waiting: Waiting[] = []
  onClear: (() => void) | undefined

  constructor(edges: readonly Edge[], size: number) {
    this.edges = edges
    this.lossy = edges.some((edge) => edge.lossy)
    this.#size = size
    for (const edge of edges) edge.onRoom = () => this.#room()
  }

  get clear(): boolean {
    return this.#waiting.length === 0
  }

  offer(batch: RecordBatch, mark: number): void {
    this.#waiting.push({ batch, start: 0, mark })
    this.#pump()
  }

  offerMark(mark: number, isIdle: boolean): void {
    const last = this.#waiting.at(-1)
    if (last !== undefined) last.mark = Math.max(last.mark, mark)
    else for (const edge of this.edges) edge.offerMark(mark, isIdle)
  }

  offerBarrier(): void {
    this.#waiting.push({ batch: undefined, start: 0, mark: Number.NEGATIVE_INFINITY })
    this.#pump()
  }

  end(complete: boolean): void {
    for (const edge of this.edges) edge.end(complete)
  }

  #room(): void {
    if (this.clear) return
    this.#pump()
    if (this.clear) this.onClear?.()
  }

  #pump(): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      if (next.batch !== undefined && !this.#give(next, next.batch)) break
      this.#waiting.shift()
      for (const edge of this.edges) {
        if (next.batch === undefined) edge.offerBarrier()
        if (next.mark > Number.NEGATIVE_INFINITY) edge.offerMark(next.mark, false)
      }
    }
  }

  /** False where no replica has room for all that is left. */
  #give(waiting: Waiting, batch: RecordBatch): boolean {
    const { length } = batch.values
    while (waiting.start < length) {
      const end = Math.min(waiting.start + this.#size, length)
      const edge = this.#freest(end - waiting.start)
      if (edge === undefined) return false
      edge.offer(
        batch,
        end === length ? waiting.mark : (batch.marks[end] as number),
        waiting.start,
        end,
      )
      waiting.start = end
    }
    return true
  }

  /** The first of those with the fewest records before them; undefined: none has room. */
  #freest(count: number): Edge | undefined {
    let found: Edge | undefined
    for (const edge of this.edges) {
      if (!edge.lossy && !edge.hasRoom(count)) continue
      if (found === undefined || edge.inFlight < found.inFlight) found = edge
    }
    return found
  }
}
