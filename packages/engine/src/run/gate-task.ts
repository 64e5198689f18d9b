import type { Arrival, Edge, Envelope } from './edge.ts'
import type { Outbox } from './outbox.ts'
import type { Outlet } from './outlet.ts'
import type { Port } from './port.ts'
import type { RecordBatch } from './record-batch.ts'
import type { TaskHost } from './task-host.ts'
import { firstTurn } from './unit-fan.ts'

/** One replica's results, in their order. */
interface Lane {
  readonly edge: Edge
  readonly envelopes: Envelope[]
}

/** What a gate is made of. */
export interface GateParts {
  readonly host: TaskHost
  /** Its id among the parts of the job. */
  readonly node: string
  /** Of one output. */
  readonly outbox: Outbox
}

/**
 * Puts the results of replicas in the order in which their records came: these were handed out in units, one replica after the other, and in
 * the same order it takes what came of them, a unit of each. It copies nothing and counts nothing.
 */
export class GateTask {
  readonly #parts: GateParts
  readonly #port: Port
  /** Those that have units, and behind them those of replicas that have retired. */
  readonly #lanes: Lane[]
  readonly #laneOf: Map<Edge, Lane>
  /** How many replicas units were handed out to. */
  #active: number
  /** The same from the next sign on, and who waits for that. */
  #next: { readonly count: number; readonly done: () => void } | undefined
  /** Number of the lane that has the next unit. */
  #turn = 0
  #mark = Number.NEGATIVE_INFINITY

  constructor(parts: GateParts, edges: readonly Edge[]) {
    this.#parts = parts
    this.#port = parts.outbox.main as Port
    this.#lanes = edges.map((edge) => ({ edge, envelopes: [] }))
    this.#laneOf = new Map(this.#lanes.map((lane) => [lane.edge, lane]))
    this.#active = edges.length
  }

  /** The results of one replica more, which has no units so far. */
  join(edge: Edge): void {
    const lane = { edge, envelopes: [] }
    this.#lanes.push(lane)
    this.#laneOf.set(edge, lane)
  }

  /** Units behind the sign that comes next were handed out to the first `count` replicas. Resolves when it has come on all lanes. */
  resize(count: number): Promise<void> {
    return new Promise((done) => {
      this.#next = { count, done }
    })
  }

  /** Takes one message; a promise suspends the cell. */
  receive({ edge }: Arrival): Promise<void> | undefined {
    if (this.#parts.host.over) return undefined
    const envelope = edge.take()
    if (envelope === undefined) return undefined
    const envelopes = this.#laneOf.get(edge)?.envelopes ?? []
    // A lane that has no units is not looked at before the next sign.
    if (envelope.kind === 'mark' && envelopes.at(-1)?.kind === 'mark') envelopes.pop()
    envelopes.push(envelope)
    return this.#pass()
  }

  halt(): void {
    this.#parts.outbox.halt()
  }

  /** Whether what it passes on comes to one of these. */
  leadsTo(readers: ReadonlySet<Outlet>): boolean {
    return this.#port.outlets.some((outlet) => readers.has(outlet))
  }

  /** The edges into it. */
  get edges(): readonly Edge[] {
    return this.#lanes.map(({ edge }) => edge)
  }

  /** The job has failed: what was finished in order still goes to the readers. */
  handOver(): void {
    for (const { edge, envelopes } of this.#lanes) {
      for (let next = edge.take(); next !== undefined; next = edge.take()) envelopes.push(next)
    }
    for (let next = this.#following(); next !== undefined; next = this.#following())
      this.#forward(next)
  }

  /** Passes on what is next, as long as there is any and the readers have room. */
  #pass(): Promise<void> | undefined {
    const { host, outbox } = this.#parts
    for (let next = this.#following(); next !== undefined && !host.over; next = this.#following()) {
      this.#forward(next)
      const room = outbox.room()
      const { batch, edge, end, start } = next
      if (room !== undefined) {
        return room.then(() => {
          if (batch !== undefined) edge.release(end - start)
          return this.#pass()
        })
      }
      if (batch !== undefined) edge.release(end - start)
    }
    return undefined
  }

  #forward({ batch, end, isIdle, mark, start }: Envelope): void {
    this.#mark = Math.max(this.#mark, mark)
    if (batch === undefined) this.#parts.outbox.tick(this.#mark, isIdle)
    else this.#send(batch, start, end)
  }

  #send(batch: RecordBatch, start: number, end: number): void {
    for (const outlet of this.#port.outlets) outlet.offer(batch, this.#mark, start, end)
  }

  /** The next batch or mark in order; undefined: it has yet to come, or all is passed on. */
  #following(): Envelope | undefined {
    const count = this.#lanes.length
    let resting = 0
    for (let at = this.#turn; resting < count;) {
      const lane = this.#lanes[at] as Lane
      const [envelope] = lane.envelopes
      if (envelope === undefined) return undefined
      if (envelope.kind === 'turn' || envelope.kind === 'barrier' || envelope.kind === 'end') {
        // All units before it are passed on; of the others only what belongs to no unit.
        resting++
        at = (at + 1) % count
        if (resting === count && !this.#rest(envelope.kind)) return undefined
        if (resting === count) {
          resting = 0
          at = this.#turn
        }
        continue
      }
      lane.envelopes.shift()
      if (envelope.kind !== 'unit') return envelope
      this.#turn = (this.#turn + 1) % this.#active
      at = this.#turn
      resting = 0
    }
    return undefined
  }

  /** All replicas have come to a sign of other units, to a barrier, or to the end; false where nothing follows. */
  #rest(kind: 'turn' | 'barrier' | 'end'): boolean {
    const { host, node, outbox } = this.#parts
    if (host.over) return false
    const ends = this.#lanes.map(({ envelopes }) => envelopes.shift())
    if (kind === 'turn') {
      const { count = this.#active } = this.#next ?? {}
      this.#turn = firstTurn(this.#active, count)
      this.#active = count
      this.#next?.done()
      return true
    }
    if (kind === 'barrier') {
      outbox.barrier()
      return true
    }
    outbox.end(ends.every((end) => end?.complete === true))
    host.finished(node)
    return false
  }
}
