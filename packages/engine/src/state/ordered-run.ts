import type { OrderedScan } from '@millrace/sdk'

/** Free places at the front before what is left moves there. */
const MOVE_MIN = 32

/** Values of one key in order of time, at the places `from` to before `to`. */
export class Run<T> {
  readonly times: number[] = []
  readonly values: (T | undefined)[] = []
  from = 0
  to = 0

  get isEmpty(): boolean {
    return this.from === this.to
  }

  /** Behind all of the same time. */
  add(time: number, value: T): void {
    const { times, values } = this
    const last = this.to++
    if (last === this.from || (times[last - 1] as number) <= time) {
      times[last] = time
      values[last] = value
      return
    }
    const place = this.#above(time, last)
    // Far faster than copyWithin, which asks of each place of an array whether it is there.
    for (let at = last; at > place; at--) {
      times[at] = times[at - 1] as number
      values[at] = values[at - 1]
    }
    times[place] = time
    values[place] = value
  }

  /** Takes out the last of `time`; false where there is none. */
  takeBack(time: number): boolean {
    const place = this.above(time) - 1
    if (place < this.from || this.times[place] !== time) return false
    this.times.copyWithin(place, place + 1, this.to)
    this.values.copyWithin(place, place + 1, this.to)
    this.values[--this.to] = undefined
    this.#rewind()
    return true
  }

  /** Lets go of the front, up to `place`. */
  drop(place: number): void {
    this.values.fill(undefined, this.from, place)
    this.from = place
    this.#rewind()
    if (place < MOVE_MIN || place < this.to / 2) return
    this.times.copyWithin(0, this.from, this.to)
    this.values.copyWithin(0, this.from, this.to)
    this.to -= this.from
    this.from = 0
    this.times.length = this.to
    this.values.length = this.to
  }

  /** The place behind all values at or before `time`. */
  above(time: number): number {
    return this.#above(time, this.to)
  }

  /** The place of the first value at or after `time`. */
  below(time: number): number {
    let low = this.from
    let high = this.to
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.times[middle] as number) < time) low = middle + 1
      else high = middle
    }
    return low
  }

  entry(place: number): readonly [number, T] | undefined {
    if (place < this.from || place >= this.to) return undefined
    return [this.times[place] as number, this.values[place] as T]
  }

  #above(time: number, to: number): number {
    let low = this.from
    let high = to
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.times[middle] as number) <= time) low = middle + 1
      else high = middle
    }
    return low
  }

  #rewind(): void {
    if (this.from === this.to) this.from = this.to = 0
  }
}

/** Goes through a part of a run. */
export class Cursor<T> implements OrderedScan<T> {
  #run: Run<T> | undefined
  #place = 0
  #end = 0
  time = 0

  /** In front of the first at or after `from`; it ends at `to`. */
  begin(run: Run<T> | undefined, from: number, to: number): this {
    this.#run = run
    this.#end = to
    this.#place = run === undefined ? 0 : run.below(from) - 1
    return this
  }

  get value(): T {
    return this.#run?.values[this.#place] as T
  }

  next(): boolean {
    const run = this.#run
    if (run === undefined || ++this.#place >= run.to) return false
    this.time = run.times[this.#place] as number
    return this.time < this.#end
  }
}
