import { isRun } from './slot-run.ts'
import type { Sliced } from './stage-changes.ts'

const NONE = -1

/**
 * Objects on their way into a checkpoint. They are copied piece by piece, long after it was taken; one that is about to change is
 * copied before.
 */
export class OutgoingObjects<T> implements Sliced<unknown> {
  readonly #copy: (object: T) => unknown
  readonly #show: (object: T) => unknown
  readonly #objects: unknown[]
  /** By slot; absent: slots follow each other, from `#first` on. */
  readonly #places: Int32Array | undefined
  readonly #first: number
  /** 1 where the object is a copy already. */
  readonly #isCopy: Uint8Array
  /** Objects in front of this are out. */
  #next = 0

  /** `copy` makes data that nothing changes; `show` makes what holds until the next change. */
  constructor(
    slots: Int32Array,
    objects: T[],
    { copy, show }: { copy: (object: T) => unknown; show: (object: T) => unknown },
  ) {
    this.#copy = copy
    this.#show = show
    this.#objects = objects
    this.#isCopy = new Uint8Array(objects.length)
    const [first = 0] = slots
    this.#first = first
    if (isRun(slots)) return
    // In ascending order.
    this.#places = new Int32Array((slots.at(-1) ?? NONE) + 1).fill(NONE)
    for (let at = 0; at < slots.length; at++) this.#places[slots[at] as number] = at
  }

  get length(): number {
    return this.#objects.length
  }

  get isOut(): boolean {
    return this.#next >= this.#objects.length
  }

  slice(from: number, to: number): readonly unknown[] {
    const piece: unknown[] = []
    for (let at = from; at < to && at < this.#objects.length; at++) {
      const object = this.#objects[at]
      piece.push(this.#isCopy[at] === 1 ? object : this.#show(object as T))
      this.#objects[at] = undefined
    }
    this.#next = Math.max(this.#next, to)
    return piece
  }

  /** The object of a slot may change from now on. */
  keep(slot: number): void {
    const at = this.#places === undefined ? slot - this.#first : (this.#places[slot] ?? NONE)
    if (at < this.#next || at >= this.#objects.length || this.#isCopy[at] === 1) return
    this.#objects[at] = this.#copy(this.#objects[at] as T)
    this.#isCopy[at] = 1
  }

  /** All of them may. */
  keepAll(): void {
    for (let at = this.#next; at < this.#objects.length; at++) {
      if (this.#isCopy[at] === 1) continue
      this.#objects[at] = this.#copy(this.#objects[at] as T)
      this.#isCopy[at] = 1
    }
  }
}
