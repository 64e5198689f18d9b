import { BATCH_MAX } from './edge.ts'
import type { Outlet } from './outlet.ts'
import { Port } from './port.ts'
import { noOrigins, type OriginTable } from './record-batch.ts'

/** All outputs of a source, stage or sink, dead letters included: staged, withdrawn, sent together. */
export class Outbox {
  readonly ports: readonly Port[]
  readonly main: Port | undefined
  /** Where dead letters go; undefined without a dead letter sink. */
  readonly dead: Port | undefined
  /** Origins of what is staged now. */
  table: OriginTable = noOrigins
  /** Whether a reader drops what does not fit: it never holds this writer back. */
  readonly lossy: boolean
  readonly #byName: ReadonlyMap<string, Port>
  readonly #outlets: readonly Outlet[]
  #waiter: (() => void) | undefined
  #halted = false

  constructor(ports: readonly Port[], dead: Port | undefined) {
    this.ports = dead === undefined ? ports : [...ports, dead]
    this.#byName = new Map(ports.map((port) => [port.name, port]))
    this.main = ports[0]
    this.dead = dead
    this.#outlets = this.ports.flatMap((port) => port.outlets)
    this.lossy = this.#outlets.some((outlet) => outlet.lossy)
    for (const outlet of this.#outlets) outlet.onClear = () => this.#cleared()
  }

  /** A declared output; dead letters are none. */
  port(name: string): Port | undefined {
    return this.#byName.get(name)
  }

  /** Remembers where the record (or batch) in hand begins. */
  begin(): void {
    for (const port of this.ports) port.base = port.values.length
  }

  /** Takes back what the record (or batch) in hand emitted. */
  withdraw(): void {
    for (const port of this.ports) port.withdraw(port.base)
  }

  /** Whether so much is staged that it should be sent before the next record. */
  get full(): boolean {
    for (const port of this.ports) if (port.values.length >= BATCH_MAX) return true
    return false
  }

  /**
   * Sends what is staged with watermark `mark` behind it; `isIdle`: whoever writes here steps aside. Returns a promise when a
   * reader is full.
   */
  flush(mark: number, isIdle = false): Promise<void> | undefined {
    for (const port of this.ports) port.seal(this.table, mark, isIdle)
    return this.room()
  }

  /** Resolves when all that was sent has credit; undefined: it has. */
  room(): Promise<void> | undefined {
    if (this.#clear() || this.#halted) return undefined
    return new Promise((resolve) => {
      this.#waiter = resolve
    })
  }

  /** Sends a watermark between two batches; nothing may be staged. */
  tick(mark: number, isIdle: boolean): void {
    for (const outlet of this.#outlets) outlet.offerMark(mark, isIdle)
  }

  /** Tells readers that take units in order that one is through. Dead letters have no order. */
  unit(): void {
    for (const port of this.ports) {
      if (port === this.dead) continue
      for (const outlet of port.outlets) outlet.offerUnit()
    }
  }

  /** Tells the same readers that units are handed out by another number of replicas from here on. */
  turn(): void {
    for (const port of this.ports) {
      if (port === this.dead) continue
      for (const outlet of port.outlets) outlet.offerTurn()
    }
  }

  /** Sends the barrier of a checkpoint to every reader in one step; nothing may be staged. */
  barrier(): void {
    for (const outlet of this.#outlets) outlet.offerBarrier()
  }

  /** Tells every reader that this was all. Call it after a flush that is through. */
  end(complete: boolean): void {
    for (const outlet of this.#outlets) outlet.end(complete)
  }

  /** The job has failed: what is staged still goes to these readers, which take all that was finished. */
  handOver(readers: ReadonlySet<Outlet>): void {
    for (const port of this.ports) {
      if (port.outlets.some((outlet) => readers.has(outlet))) {
        port.seal(this.table, Number.NEGATIVE_INFINITY, false)
      }
    }
  }

  /** The job is over: nobody waits for credit any more. */
  halt(): void {
    this.#halted = true
    this.#waiter?.()
    this.#waiter = undefined
  }

  #clear(): boolean {
    for (const outlet of this.#outlets) if (!outlet.clear) return false
    return true
  }

  #cleared(): void {
    if (this.#waiter === undefined || !this.#clear()) return
    const waiter = this.#waiter
    this.#waiter = undefined
    waiter()
  }
}
