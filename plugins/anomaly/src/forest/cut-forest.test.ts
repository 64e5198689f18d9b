import fc from 'fast-check'
import { expect, it } from 'vitest'
import { SeededRandom } from '../seeded-random.ts'
import { CutForest, type CutForestData, type Place } from './cut-forest.ts'

type Point = readonly [number, number]

/** A tree of objects that keeps nothing it could reckon. */
type Naive =
  | { readonly slot: number }
  | { readonly dimension: number; readonly cut: number; readonly sides: readonly [Naive, Naive] }

const slotsOf = (tree: Naive): readonly number[] =>
  'slot' in tree ? [tree.slot] : tree.sides.flatMap((side) => slotsOf(side))

const sameSlots = (one: readonly number[], other: readonly number[]): boolean =>
  one.length === other.length && one.every((slot) => other.includes(slot))

function inserted(tree: Naive, slot: number, point: Point, place: Place, at: readonly number[]) {
  const { dimension, cut } = place
  const leaf = { slot }
  const put = (node: Naive): Naive => {
    if (sameSlots(slotsOf(node), at)) {
      const goesLeft = (point[dimension] as number) <= cut
      return { dimension, cut, sides: goesLeft ? [leaf, node] : [node, leaf] }
    }
    if ('slot' in node) return node
    return { ...node, sides: [put(node.sides[0]), put(node.sides[1])] }
  }
  return put(tree)
}

function removed(tree: Naive, slot: number): Naive | undefined {
  if ('slot' in tree) return tree.slot === slot ? undefined : tree
  const [left, right] = tree.sides.map((side) => removed(side, slot))
  if (left === undefined) return right
  return right === undefined ? left : { ...tree, sides: [left, right] }
}

interface Held {
  readonly points: Float64Array
  readonly copies: Uint16Array
}

/** Cut, mass and box of each node, from the root down, left before right. */
function described(tree: Naive, held: Held): readonly unknown[] {
  if ('slot' in tree) return [{ slot: tree.slot, mass: held.copies[tree.slot] }]
  const slots = slotsOf(tree)
  const box = [0, 1].map((k) => {
    const values = slots.map((slot) => held.points[2 * slot + k] as number)
    return [Math.min(...values) + 0, Math.max(...values) + 0]
  })
  const { dimension, cut } = tree
  const mass = slots.reduce((sum, slot) => sum + (held.copies[slot] as number), 0)
  return [{ dimension, cut, mass, box }, ...tree.sides.flatMap((side) => described(side, held))]
}

function describedForest(data: CutForestData, held: Held): readonly unknown[] {
  const slots = held.copies.length
  const value = (slot: number, k: number): number => (held.points[2 * slot + k] as number) + 0
  const walk = (node: number): readonly unknown[] => {
    if (node < slots) return [{ slot: node, mass: held.copies[node] }]
    const at = node - slots
    const box = [0, 1].map((k) =>
      [0, 1].map((side) => value(data.boxes[4 * at + 2 * k + side]!, k)),
    )
    const own = { dimension: data.dimensions[at], cut: data.cuts[at], mass: data.masses[at], box }
    return [own, ...walk(data.lefts[at]!), ...walk(data.rights[at]!)]
  }
  return walk(data.roots[0] as number)
}

function slotsBelow(data: CutForestData, slots: number, node: number): readonly number[] {
  if (node < slots) return [node]
  const at = node - slots
  return [data.lefts[at]!, data.rights[at]!].flatMap((child) => slotsBelow(data, slots, child))
}

/** Largest ratio, on the way from a leaf to the root, of the points beside it to the points with it (Guha 2016, definition 4). */
function collusiveDisplacement(tree: Naive, slot: number, { copies }: Held): number {
  if ('slot' in tree) return 0
  const masses = tree.sides.map((side) => {
    return slotsOf(side).reduce((sum, one) => sum + (copies[one] as number), 0)
  })
  const own = slotsOf(tree.sides[0]).includes(slot) ? 0 : 1
  const below = collusiveDisplacement(tree.sides[own], slot, { copies } as Held)
  return Math.max(below, (masses[1 - own] as number) / (masses[own] as number))
}

const newPlace = (): Place => {
  return { node: 0, equal: false, dimension: 0, cut: 0, displacement: 0, by: 0 }
}

const coordinate = fc.oneof(
  fc.integer({ min: -3, max: 3 }),
  fc.double({ min: -1e100, max: 1e100, noNaN: true }),
)
const step = fc.oneof(
  { weight: 3, arbitrary: fc.tuple(coordinate, coordinate) },
  { weight: 2, arbitrary: fc.nat(11) },
)

/** Does to the forest and to the naive tree what a step says, and gives the displacement that was found and the one that is. */
class Model {
  readonly held: Held = { points: new Float64Array(24), copies: new Uint16Array(12) }
  readonly forest: CutForest
  naive: Naive | undefined
  readonly #random: SeededRandom
  readonly #place = newPlace()

  constructor(seed: number) {
    const { points, copies } = this.held
    this.forest = new CutForest(1, points, copies, Float64Array.of(1, 0.01))
    this.#random = new SeededRandom(seed)
  }

  remove(slot: number): void {
    const { copies } = this.held
    if (copies[slot]! > 1) this.forest.count(0, slot, -1)
    else if (copies[slot] === 1) {
      this.forest.remove(0, slot)
      this.naive = this.naive && removed(this.naive, slot)
    } else return
    copies[slot]!--
  }

  add(point: Point): readonly [number, number] {
    const { copies, points } = this.held
    const place = this.#place
    this.forest.find(0, Float64Array.from(point), this.#random, place)
    const slot = place.equal ? place.node : copies.indexOf(0)
    if (slot < 0) return [0, 0]
    const at = this.naive === undefined ? [] : slotsBelow(this.forest.snapshot(), 12, place.node)
    copies[slot]!++
    points.set(point, 2 * slot)
    if (place.equal) this.forest.count(0, slot, 1)
    else {
      this.forest.insert(0, slot, place)
      const leaf = { slot }
      this.naive = this.naive === undefined ? leaf : inserted(this.naive, slot, point, place, at)
    }
    return [place.displacement, collusiveDisplacement(this.naive as Naive, slot, this.held)]
  }
}

it('has the masses, boxes and displacements of a tree that is built anew', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.integer(), (steps, seed) => {
      const model = new Model(seed)
      for (const one of steps) {
        if (typeof one === 'number') model.remove(one)
        else {
          const [found, expected] = model.add(one)
          if (found !== expected) throw new Error(`Displacement ${found} instead of ${expected}.`)
        }
        const { naive, held, forest } = model
        const expected = naive === undefined ? [] : described(naive, held)
        const got = naive === undefined ? [] : describedForest(forest.snapshot(), held)
        expect(got).toStrictEqual(expected)
      }
    }),
  )
})

it('cuts in proportion to the extents, times the weights', () => {
  const held = { points: new Float64Array(4), copies: Uint16Array.of(1, 0) }
  const forest = new CutForest(1, held.points, held.copies, Float64Array.of(1, 10))
  const random = new SeededRandom(1)
  const place = newPlace()
  forest.find(0, new Float64Array(2), random, place)
  forest.insert(0, 0, place)
  const counts = { x: 0, y: 0, low: 0 }

  for (let i = 0; i < 20_000; i++) {
    // One leaf at the origin; the box of it and the point is 2 wide and 0.3 high, three times as likely to be cut across y.
    forest.find(0, Float64Array.of(1, 0.3), random, place)
    counts[place.dimension === 0 ? 'x' : 'y']++
    counts.low += place.dimension === 1 && place.cut < 0.1 ? 1 : 0
  }

  expect(counts.y / 20_000).toBeCloseTo(0.75, 1)
  expect(counts.low / counts.y).toBeCloseTo(1 / 3, 1)
})
