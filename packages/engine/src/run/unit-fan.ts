import type { Contest } from './contest.ts'
import type { Edge } from './edge.ts'
import type { Outlet } from './outlet.ts'
import type { RecordBatch } from './record-batch.ts'

interface Waiting {
  /** Undefined: the barrier of a checkpoint. */
  readonly batch: RecordBatch | undefined
  start: number
  readonly end: number
  mark: number
}

/** Who gets the first unit when there is another number of replicas: a new one, for those before have something to do. */
export function firstTurn(before: number, count: number): number {
  return count > before ? before : 0
}

/** The replicas of a stage without keys as one reader: records are handed out in units. */
export class UnitFan implements Outlet {
  /** To those that get units, and behind them to those that have retired. */
  readonly edges: Edge[]
  readonly lossy: boolean
  readonly readers = 1
  /** Most records of a unit. */
  readonly #size: number
  /** Whether each replica gets one unit after the other; else one gets it that has the fewest records before it. */
  readonly #inTurn: boolean
  readonly #contest: Contest | undefined
  #turn = 0
  /** How many replicas get units: the first ones. */
  #active: number
  #mark = Number.NEGATIVE_INFINITY
  #isIdle = false
  /** Barriers that were passed on, those too that came before it was there. */
  barriers = 0
  /** Whether the input is over, or was stopped; undefined: neither. */
  #complete: boolean | undefined
  readonly #waiting: Waiting[] = []
  onClear: (() => void) | undefined

  /** `active`: how many of the edges get units. */
  constructor(
    edges: readonly Edge[],
    size: number,
    inTurn: boolean,
    contest?: Contest,
    active = edges.length,
  ) {
    this.edges = [...edges]
    this.#active = active
    this.lossy = edges.some((edge) => edge.lossy)
    this.#size = size
    this.#inTurn = inTurn
    this.#contest = contest
    for (const edge of edges) edge.onRoom = () => this.#room()
  }

  /** No more comes. */
  get isOver(): boolean {
    return this.#complete !== undefined
  }

  /**
   * The edge to one replica more, which gets no units so far. `passed`: how many barriers have come to all others; one that was passed on here
   * behind them it is to get as well.
   */
  add(edge: Edge, passed: number): void {
    edge.onRoom = () => this.#room()
    this.edges.push(edge)
    if (this.barriers > passed) edge.offerBarrier()
    edge.offerMark(this.#mark, this.#isIdle)
    if (this.#complete !== undefined) edge.end(this.#complete)
  }

  /** From now on the first `count` replicas get all units; the others finish what they have. */
  resize(count: number): void {
    if (this.#inTurn) for (const edge of this.edges) edge.offerTurn()
    this.#turn = firstTurn(this.#active, count)
    this.#active = count
    this.#room()
  }

  get clear(): boolean {
    return this.#waiting.length === 0
  }

  offer(batch: RecordBatch, mark: number, start = 0, end: number = batch.values.length): void {
    this.#waiting.push({ batch, start, end, mark })
    this.#pump()
  }

  offerMark(mark: number, isIdle: boolean): void {
    const last = this.#waiting.at(-1)
    if (last !== undefined) last.mark = Math.max(last.mark, mark)
    else this.#pass(mark, isIdle)
  }

  #pass(mark: number, isIdle: boolean): void {
    this.#mark = Math.max(this.#mark, mark)
    this.#isIdle = isIdle
    for (const edge of this.edges) edge.offerMark(mark, isIdle)
  }

  offerUnit(): void {
    // Nobody takes it in order.
  }

  offerTurn(): void {
    // The same.
  }

  offerBarrier(): void {
    this.#waiting.push({ batch: undefined, start: 0, end: 0, mark: Number.NEGATIVE_INFINITY })
    this.#pump()
  }

  end(complete: boolean): void {
    this.#complete = complete
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
      if (next.batch === undefined) this.#passBarrier()
      if (next.mark > Number.NEGATIVE_INFINITY) this.#pass(next.mark, false)
    }
  }

  #passBarrier(): void {
    this.barriers++
    for (const edge of this.edges) edge.offerBarrier()
  }

  /** False where no replica has room for all that is left. */
  #give(waiting: Waiting, batch: RecordBatch): boolean {
    while (waiting.start < waiting.end) {
      const end = Math.min(waiting.start + this.#size, waiting.end)
      const takers = this.#takers(end - waiting.start)
      if (takers.length === 0) return false
      const mark = end === waiting.end ? waiting.mark : (batch.marks[end] as number)
      const unit = this.#contest?.nextUnit() ?? 0
      for (const edge of takers) {
        this.#contest?.offered(edge, unit)
        edge.offer(batch, mark, waiting.start, end)
      }
      waiting.start = end
    }
    return true
  }

  /** Who gets the next unit, of so many records; empty: there is no room. */
  #takers(count: number): readonly Edge[] {
    if (this.#contest?.isRace === true) {
      const all = this.edges.slice(0, this.#active)
      return all.every((edge) => edge.hasRoom(count)) ? all : []
    }
    const edge = this.#next(count)
    return edge === undefined ? [] : [edge]
  }

  /** The one that gets the next unit, of so many records; undefined: it has no room. */
  #next(count: number): Edge | undefined {
    if (!this.#inTurn) return this.#freest(count)
    const edge = this.edges[this.#turn] as Edge
    if (!edge.lossy && !edge.hasRoom(count)) return undefined
    this.#turn = (this.#turn + 1) % this.#active
    return edge
  }

  /** The first of those with the fewest records before them; undefined: none has room. */
  #freest(count: number): Edge | undefined {
    let found: Edge | undefined
    for (let index = 0; index < this.#active; index++) {
      const edge = this.edges[index] as Edge
      if (!edge.lossy && !edge.hasRoom(count)) continue
      if (found === undefined || edge.inFlight < found.inFlight) found = edge
    }
    return found
  }
}
