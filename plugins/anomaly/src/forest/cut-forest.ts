import type { SeededRandom } from '../seeded-random.ts'

/** What a forest keeps of its trees, as plain data. */
export interface CutForestData {
  readonly roots: Uint16Array
  readonly free: Uint16Array
  readonly parents: Uint16Array
  readonly lefts: Uint16Array
  readonly rights: Uint16Array
  readonly masses: Uint16Array
  readonly dimensions: Uint16Array
  readonly cuts: Float64Array
  readonly boxes: Uint16Array
}

/** Where a point is to go into a tree, and what it displaces there. */
export interface Place {
  /** The node that becomes its sibling, or the leaf that is equal to it. */
  node: number
  equal: boolean
  dimension: number
  cut: number
  /** Collusive displacement it would have there. */
  displacement: number
  /** Dimension of the cut that separates it from what it displaces. */
  by: number
}

const NONE = 0xffff

/**
 * Trees of random cuts over the same points, which are named by slots: a slot is where a distinct point stands in `points`, with
 * `copies` of it. In every tree a slot is the leaf of the same number; inner nodes have the numbers behind. Boxes hold the slots that
 * bound them, not the coordinates: 2 bytes instead of 8.
 * Memory: for each tree and slot 20 bytes, and 4 for each dimension.
 */
export class CutForest {
  readonly #slots: number
  readonly #size: number
  readonly #points: Float64Array
  readonly #copies: Uint16Array
  readonly #weights: Float64Array
  #data: CutForestData

  constructor(trees: number, points: Float64Array, copies: Uint16Array, weights: Float64Array) {
    const slots = copies.length
    const size = weights.length
    this.#slots = slots
    this.#size = size
    this.#points = points
    this.#copies = copies
    this.#weights = weights
    const inner = trees * slots
    this.#data = {
      roots: new Uint16Array(trees).fill(NONE),
      free: new Uint16Array(trees).fill(slots),
      parents: new Uint16Array(2 * inner).fill(NONE),
      // Free inner nodes are chained by their left child.
      lefts: Uint16Array.from({ length: inner }, (_, i) => slots + (i % slots) + 1),
      rights: new Uint16Array(inner).fill(NONE),
      masses: new Uint16Array(inner),
      dimensions: new Uint16Array(inner),
      cuts: new Float64Array(inner),
      boxes: new Uint16Array(2 * size * inner),
    }
  }

  /** At most so many bytes has a snapshot. */
  static bytes(trees: number, slots: number, size: number): number {
    return trees * (4 + slots * (20 + 4 * size))
  }

  /** How many points lie below a node. */
  mass(tree: number, node: number): number {
    if (node < this.#slots) return this.#copies[node] as number
    return this.#data.masses[this.#inner(tree, node)] as number
  }

  /**
   * Finds where a point would go: at each node of its way down a cut is drawn over the box that the point would widen; the first one
   * that separates it from the box is where it goes. Draws nothing where it lies inside of the box, since no cut can separate it there.
   */
  find(tree: number, point: Float64Array, random: SeededRandom, place: Place): void {
    const { lefts, rights, dimensions, cuts, roots } = this.#data
    let node = roots[tree] as number
    place.displacement = 0
    place.by = 0
    place.equal = false
    place.node = node
    if (node === NONE) return
    for (;;) {
      const leaf = node < this.#slots
      if (this.#separates(tree, node, point, random, place)) {
        const mass = this.mass(tree, node)
        if (mass > place.displacement) {
          place.displacement = mass
          place.by = place.dimension
        }
        place.node = node
        return
      }
      if (leaf) {
        place.node = node
        place.equal = true
        return
      }
      const at = this.#inner(tree, node)
      const dimension = dimensions[at] as number
      const goesLeft = (point[dimension] as number) <= (cuts[at] as number)
      const next = (goesLeft ? lefts[at] : rights[at]) as number
      const other = (goesLeft ? rights[at] : lefts[at]) as number
      const displaced = this.mass(tree, other) / (this.mass(tree, next) + 1)
      if (displaced > place.displacement) {
        place.displacement = displaced
        place.by = dimension
      }
      node = next
    }
  }

  /** Puts the point of a slot, not in the tree so far, where `find` has found it a place. */
  insert(tree: number, slot: number, place: Place): void {
    const { roots, free, parents, lefts, rights, masses, dimensions, cuts } = this.#data
    if (roots[tree] === NONE) {
      roots[tree] = slot
      parents[this.#node(tree, slot)] = NONE
      return
    }
    const node = free[tree] as number
    const at = this.#inner(tree, node)
    free[tree] = lefts[at] as number
    const sibling = place.node
    const above = parents[this.#node(tree, sibling)] as number
    const isLeft = (this.#points[slot * this.#size + place.dimension] as number) <= place.cut
    lefts[at] = isLeft ? slot : sibling
    rights[at] = isLeft ? sibling : slot
    dimensions[at] = place.dimension
    cuts[at] = place.cut
    parents[this.#node(tree, node)] = above
    parents[this.#node(tree, slot)] = node
    parents[this.#node(tree, sibling)] = node
    this.#replaceChild(tree, above, sibling, node)
    this.#unite(tree, node)
    masses[at] = this.mass(tree, sibling)
    this.#count(tree, node, 1)
    this.#widen(tree, above, slot)
  }

  /** Counts a copy more or less of the point of a leaf; `copies` of the slot itself is the caller's. */
  count(tree: number, slot: number, change: 1 | -1): void {
    this.#count(tree, this.#data.parents[this.#node(tree, slot)] as number, change)
  }

  /** Takes a point out of the tree, whose slot has one copy. */
  remove(tree: number, slot: number): void {
    const { roots, free, parents, lefts, rights } = this.#data
    const node = parents[this.#node(tree, slot)] as number
    if (node === NONE) {
      roots[tree] = NONE
      return
    }
    const at = this.#inner(tree, node)
    const sibling = (lefts[at] === slot ? rights[at] : lefts[at]) as number
    const above = parents[this.#node(tree, node)] as number
    parents[this.#node(tree, sibling)] = above
    parents[this.#node(tree, slot)] = NONE
    this.#replaceChild(tree, above, node, sibling)
    lefts[at] = free[tree] as number
    free[tree] = node
    this.#count(tree, above, -1)
    this.#narrow(tree, above, slot)
  }

  snapshot(): CutForestData {
    const data = Object.entries(this.#data).map(([name, array]) => [name, array.slice()])
    return Object.fromEntries(data) as CutForestData
  }

  restore(data: CutForestData): void {
    const copies = Object.entries(data).map(([name, array]) => [name, array.slice()])
    this.#data = Object.fromEntries(copies) as CutForestData
  }

  /** Draws a cut over the box of a node, widened by a point. */
  #separates(
    tree: number,
    node: number,
    point: Float64Array,
    random: SeededRandom,
    place: Place,
  ): boolean {
    const leaf = node < this.#slots
    const points = this.#points
    const size = this.#size
    const box = leaf ? 0 : this.#inner(tree, node) * 2 * size
    let inside = 0
    let outside = 0
    for (let k = 0; k < size; k++) {
      const lowSlot = leaf ? node : (this.#data.boxes[box + 2 * k] as number)
      const highSlot = leaf ? node : (this.#data.boxes[box + 2 * k + 1] as number)
      const low = points[lowSlot * size + k] as number
      const high = points[highSlot * size + k] as number
      inside += this.#length(low, high, k)
      outside +=
        this.#length(point[k] as number, low, k) + this.#length(high, point[k] as number, k)
    }
    if (outside === 0) return false
    let at = random.next() * (inside + outside)
    if (at >= outside && !leaf) return false
    for (let k = 0; k < size; k++) {
      const lowSlot = leaf ? node : (this.#data.boxes[box + 2 * k] as number)
      const highSlot = leaf ? node : (this.#data.boxes[box + 2 * k + 1] as number)
      const value = point[k] as number
      const low = points[lowSlot * size + k] as number
      const high = points[highSlot * size + k] as number
      const from = value < low ? value : high
      const to = value < low ? low : value
      const length = this.#length(from, to, k)
      if (length === 0) continue
      place.dimension = k
      // Below `to`, so that the two sides differ: what is at most the cut goes left.
      const cut = from + Math.min(at / length, 1) * (to - from)
      place.cut = cut < to ? cut : from
      if (at < length) break
      at -= length
    }
    return true
  }

  /** How likely a cut falls between two coordinates, in no unit: above 0 where they differ. */
  #length(from: number, to: number, dimension: number): number {
    return from < to ? (to - from) * (this.#weights[dimension] as number) + 1e-300 : 0
  }

  #inner(tree: number, node: number): number {
    return tree * this.#slots + node - this.#slots
  }

  #node(tree: number, node: number): number {
    return 2 * tree * this.#slots + node
  }

  #replaceChild(tree: number, parent: number, old: number, node: number): void {
    const { roots, lefts, rights } = this.#data
    if (parent === NONE) {
      roots[tree] = node
      return
    }
    const at = this.#inner(tree, parent)
    if (lefts[at] === old) lefts[at] = node
    else rights[at] = node
  }

  #count(tree: number, first: number, change: 1 | -1): void {
    const { parents, masses } = this.#data
    for (let node = first; node !== NONE; node = parents[this.#node(tree, node)] as number) {
      const at = this.#inner(tree, node)
      masses[at] = (masses[at] as number) + change
    }
  }

  /** Slot of the point that bounds a node; the lower bound where `side` is 0, the upper where it is 1. */
  #bound(tree: number, node: number, dimension: number, side: 0 | 1): number {
    if (node < this.#slots) return node
    const at = this.#inner(tree, node) * this.#size + dimension
    return this.#data.boxes[2 * at + side] as number
  }

  /** The box of a node is what its children's boxes span. */
  #unite(tree: number, node: number): void {
    for (let k = 0; k < this.#size; k++) {
      this.#uniteSide(tree, node, k, 0)
      this.#uniteSide(tree, node, k, 1)
    }
  }

  #uniteSide(tree: number, node: number, dimension: number, side: 0 | 1): void {
    const at = this.#inner(tree, node)
    const left = this.#bound(tree, this.#data.lefts[at] as number, dimension, side)
    const right = this.#bound(tree, this.#data.rights[at] as number, dimension, side)
    const isBeyond = this.#beyond(right, left, dimension, side)
    this.#data.boxes[2 * (at * this.#size + dimension) + side] = isBeyond ? right : left
  }

  #beyond(one: number, other: number, dimension: number, side: 0 | 1): boolean {
    const a = this.#points[one * this.#size + dimension] as number
    const b = this.#points[other * this.#size + dimension] as number
    return side === 0 ? a < b : a > b
  }

  /** Widens the boxes above by a point, as far up as that changes any. */
  #widen(tree: number, first: number, slot: number): void {
    const { parents, boxes } = this.#data
    let changed = true
    for (let node = first; changed && node !== NONE;) {
      changed = false
      const at = this.#inner(tree, node) * this.#size
      for (let k = 0; k < this.#size; k++) {
        for (const side of SIDES) {
          const box = 2 * (at + k) + side
          if (!this.#beyond(slot, boxes[box] as number, k, side)) continue
          boxes[box] = slot
          changed = true
        }
      }
      node = parents[this.#node(tree, node)] as number
    }
  }

  /** Reckons anew the bounds above that stood on a point which is gone, as far up as there are any. */
  #narrow(tree: number, first: number, slot: number): void {
    const { parents, boxes } = this.#data
    let changed = true
    for (let node = first; changed && node !== NONE;) {
      changed = false
      const at = this.#inner(tree, node) * this.#size
      for (let k = 0; k < this.#size; k++) {
        for (const side of SIDES) {
          if (boxes[2 * (at + k) + side] !== slot) continue
          this.#uniteSide(tree, node, k, side)
          changed = true
        }
      }
      node = parents[this.#node(tree, node)] as number
    }
  }
}

const SIDES = [0, 1] as const
