import { Run } from './ordered-run.ts'

/** Values of a key that lie in the table itself; more of them have a run of their own. */
const ROOM = 2
/** Most runs that are kept to be used again, and the most room that one of them has. */
const FREE_MAX = 1024
/** In the place of the count of a key that is put aside. */
const ASIDE = 255
const RUN_FREE_MAX = 32

/**
 * The runs of all keys by slot. Most keys have a value or two: these lie side by side, so that to look at a key is to look at one
 * place. What `read` hands out for such a key is a copy in one run, used again and again: `write` puts it back.
 */
export class RunTable<T> {
  #counts = new Uint8Array(16)
  #times = new Float64Array(16 * ROOM)
  // An array without holes is read faster.
  readonly #values: (T | undefined)[] = Array.from({ length: 16 * ROOM }, () => undefined)
  /** The time under which a key is in the heap; other entries of the key mean nothing. */
  #queued = new Float64Array(16).fill(Number.POSITIVE_INFINITY)
  readonly #long = new Map<number, Run<T>>()
  readonly #copy = new Run<T>()
  readonly #free: Run<T>[] = []

  /** Slots that have something. */
  slots(): Int32Array {
    return Int32Array.from(this.#counts.keys()).filter((slot) => this.holds(slot))
  }

  holds(slot: number): boolean {
    // Behind the end there is nothing, which is no number.
    return (this.#counts[slot] as number) > 0 || this.#long.has(slot)
  }

  queuedOf(slot: number): number {
    return this.#queued[slot] ?? Number.POSITIVE_INFINITY
  }

  queue(slot: number, time: number): void {
    this.#queued[slot] = time
  }

  add(slot: number, time: number, value: T): void {
    if (slot >= this.#counts.length) this.#grow(slot)
    const count = this.#counts[slot] as number
    if (count < ROOM && (this.#long.size === 0 || !this.#long.has(slot))) {
      const base = slot * ROOM
      let place = base + count
      for (; place > base && (this.#times[place - 1] as number) > time; place--) {
        this.#times[place] = this.#times[place - 1] as number
        this.#values[place] = this.#values[place - 1]
      }
      this.#times[place] = time
      this.#values[place] = value
      this.#counts[slot] = count + 1
      return
    }
    const run = this.read(slot) as Run<T>
    run.add(time, value)
    this.write(slot, run)
  }

  /** The earliest time of a key; Infinity where it has none. */
  firstOf(slot: number): number {
    if ((this.#counts[slot] as number) > 0) return this.#times[slot * ROOM] as number
    const run = this.#long.get(slot)
    return run === undefined ? Number.POSITIVE_INFINITY : (run.times[run.from] as number)
  }

  /** The values of a key; undefined where it has none. */
  read(slot: number): Run<T> | undefined {
    const count = this.#counts[slot]
    if (count === undefined || count === 0) return this.#long.get(slot)
    const copy = this.#copy
    const base = slot * ROOM
    copy.from = 0
    copy.to = count
    for (let at = 0; at < count; at++) {
      copy.times[at] = this.#times[base + at] as number
      copy.values[at] = this.#values[base + at]
    }
    return copy
  }

  /** Puts back what `read` gave and was changed since. */
  write(slot: number, run: Run<T>): void {
    if (run !== this.#copy) {
      if (!run.isEmpty) return
      this.#queued[slot] = Number.POSITIVE_INFINITY
      this.#long.delete(slot)
      if (this.#free.length < FREE_MAX && run.times.length <= RUN_FREE_MAX) this.#free.push(run)
      return
    }
    const count = run.to - run.from
    if (count > ROOM) {
      this.put(slot, run)
      return
    }
    const base = slot * ROOM
    for (let at = 0; at < ROOM; at++) {
      if (at < count) this.#times[base + at] = run.times[run.from + at] as number
      this.#values[base + at] = at < count ? run.values[run.from + at] : undefined
    }
    this.#counts[slot] = count
    if (count === 0) this.#queued[slot] = Number.POSITIVE_INFINITY
  }

  /** Takes all that a key has, which must be something: a run of its own. */
  take(slot: number): Run<T> {
    const run = this.read(slot) as Run<T>
    const taken = run === this.#copy ? this.#own(run) : run
    this.#clear(slot)
    this.#long.delete(slot)
    return taken
  }

  /** Gives a key all that a run has. */
  put(slot: number, run: Run<T>): void {
    if (slot >= this.#counts.length) this.#grow(slot)
    this.#long.set(slot, run === this.#copy ? this.#own(run) : run)
    const queued = this.#queued[slot] as number
    this.#clear(slot)
    this.#queued[slot] = queued
  }

  /** Lets go of what a key has, which must be something, but for its time in the heap: its values and their times. */
  freeze(slot: number): readonly [T[], number[]] {
    const { from, times, to, values } = this.read(slot) as Run<T>
    const frozen: [T[], number[]] = [values.slice(from, to) as T[], times.slice(from, to)]
    this.#long.delete(slot)
    this.#values.fill(undefined, slot * ROOM, (slot + 1) * ROOM)
    this.#counts[slot] = ASIDE
    return frozen
  }

  thaw(slot: number, values: readonly T[], times: readonly number[]): void {
    this.#counts[slot] = 0
    for (let at = 0; at < values.length; at++) this.add(slot, times[at] as number, values[at] as T)
  }

  #own({ from, times, to, values }: Run<T>): Run<T> {
    const run = this.#free.pop() ?? new Run<T>()
    for (let at = from; at < to; at++) run.add(times[at] as number, values[at] as T)
    return run
  }

  #clear(slot: number): void {
    this.#counts[slot] = 0
    this.#queued[slot] = Number.POSITIVE_INFINITY
    this.#values.fill(undefined, slot * ROOM, (slot + 1) * ROOM)
  }

  #grow(slot: number): void {
    let length = this.#counts.length
    while (length <= slot) length *= 2
    const counts = new Uint8Array(length)
    counts.set(this.#counts)
    const queued = new Float64Array(length).fill(Number.POSITIVE_INFINITY)
    queued.set(this.#queued)
    const times = new Float64Array(length * ROOM)
    times.set(this.#times)
    this.#counts = counts
    this.#queued = queued
    this.#times = times
    while (this.#values.length < length * ROOM) this.#values.push(undefined)
  }
}
