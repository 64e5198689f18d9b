import type { Column, Shape } from './column.ts'
import { type Compile, rowCode, type RowCode } from './row-code.ts'
import { WordPlaces } from './words.ts'

/** Records inside of records are columns down to here. */
const DEPTH_MAX = 3
/** Shapes of one column that are told apart. */
const SHAPES_MAX = 8

interface Known {
  readonly names: readonly string[]
  readonly code: RowCode
  readonly columns: readonly ColumnEncoder[]
  readonly shape: Shape
  isTold: boolean
}

/** Turns lists of values on their side, one after the other: what it said once it does not say again. */
export class ColumnEncoder {
  readonly #compile: Compile | undefined
  readonly #depth: number
  readonly #needed: ReadonlySet<string> | undefined
  readonly #words = new WordPlaces()
  readonly #shapes: Known[] = []

  /** `needed`: the only fields of records that anyone looks at; those that have none of them stay whole. Default: all. */
  constructor(compile: Compile | undefined, needed?: readonly string[], depth = 0) {
    this.#compile = compile
    this.#depth = depth
    this.#needed = needed && new Set(needed)
  }

  encode(values: readonly unknown[]): Column {
    const [first] = values
    if (typeof first === 'number') {
      const numbers = allNumbers(values)
      if (numbers !== undefined) return { kind: 'numbers', values: numbers }
    } else if (typeof first !== 'object' || first === null) {
      const places = this.#words.find(values)
      if (places !== undefined) return { kind: 'words', places, news: this.#words.news() }
    }
    if (this.#depth === DEPTH_MAX) return { kind: 'items', items: values }
    const shape = this.#shapeOf(first)
    if (shape !== undefined && allOf(values, shape.names)) return this.#records(shape, values)
    return values.some(isRecord) ? this.#mixed(values) : { kind: 'items', items: values }
  }

  #records(known: Known, values: readonly unknown[]): Column {
    const { code, columns, shape } = known
    const told = known.isTold ? { number: shape.number, names: undefined } : shape
    known.isTold = true
    const lists = code.split(values)
    return {
      kind: 'records',
      shape: told,
      columns: columns.map((column, at) => column.encode(lists[at] as readonly unknown[])),
    }
  }

  #mixed(values: readonly unknown[]): Column {
    const turns = new Uint8Array(values.length)
    const lists = new Map<
      Known | undefined,
      { readonly turn: number; readonly values: unknown[] }
    >()
    for (let at = 0; at < values.length; at++) {
      const value = values[at]
      const known = this.#shapeOf(value)
      let list = lists.get(known)
      if (list === undefined) {
        list = { turn: lists.size, values: [] }
        lists.set(known, list)
      }
      turns[at] = list.turn
      list.values.push(value)
    }
    const parts = Array.from(lists, ([known, { values: own }]): Column => {
      return known === undefined ? { kind: 'items', items: own } : this.#records(known, own)
    })
    return { kind: 'mixed', parts, turns }
  }

  #shapeOf(value: unknown): Known | undefined {
    if (!isRecord(value)) return undefined
    for (const known of this.#shapes) if (hasNames(value, known.names)) return known
    if (this.#shapes.length === SHAPES_MAX) return undefined
    const names = Object.keys(value)
    const some = names.filter((name) => this.#needed?.has(name) !== false)
    const kept = some.length === 0 ? names : some
    const code = rowCode(kept, this.#compile)
    if (code === undefined || !hasNames(value, names)) return undefined
    const columns = kept.map(() => new ColumnEncoder(this.#compile, undefined, this.#depth + 1))
    const shape = { number: this.#shapes.length, names: kept }
    const known = { names, code, columns, shape, isTold: false }
    this.#shapes.push(known)
    return known
  }
}

function allNumbers(values: readonly unknown[]): Float64Array | Int32Array | undefined {
  const whole = new Int32Array(values.length)
  for (let at = 0; at < values.length; at++) {
    const value = values[at]
    // Not -0, either, which is no whole number to the machine.
    if (typeof value !== 'number' || !Object.is(value | 0, value)) return anyNumbers(values)
    whole[at] = value
  }
  return whole
}

function anyNumbers(values: readonly unknown[]): Float64Array | undefined {
  const numbers = new Float64Array(values.length)
  for (let at = 0; at < values.length; at++) {
    const value = values[at]
    if (typeof value !== 'number') return undefined
    numbers[at] = value
  }
  return numbers
}

function isRecord(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  return Object.getPrototypeOf(value) === Object.prototype
}

function allOf(values: readonly unknown[], names: readonly string[]): boolean {
  for (let at = 0; at < values.length; at++) {
    const value = values[at]
    if (!isRecord(value) || !hasNames(value, names)) return false
  }
  return true
}

/** Whether these are its names, in this order. */
function hasNames(value: object, names: readonly string[]): boolean {
  let at = 0
  // Three times as fast as a list of them. What the prototype of all objects may have been given makes no shape.
  for (const name in value) if (name !== names[at++]) return false
  return at === names.length
}
