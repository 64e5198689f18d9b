import { invariant } from '@millrace/base'
import type { Column, Word } from './column.ts'
import { type Compile, rowCode, type RowCode } from './row-code.ts'

interface Known {
  readonly code: RowCode
  readonly columns: readonly ColumnDecoder[]
}

/** Makes lists of values again of what one encoder has said. */
export class ColumnDecoder {
  readonly #compile: Compile | undefined
  readonly #words: Word[] = []
  readonly #shapes: Known[] = []

  constructor(compile: Compile | undefined) {
    this.#compile = compile
  }

  /** A list of `count` values, made anew. */
  decode(column: Column, count: number): unknown[] {
    if (column.kind === 'records') return this.#records(column, count)
    if (column.kind === 'mixed') return this.#mixed(column, count)
    if (column.kind === 'numbers') return listOf(column.values)
    return column.kind === 'items' ? [...column.items] : this.#wordsOf(column)
  }

  /** For a field: what is read once need not be a list of its own. */
  #read(column: Column, count: number): ArrayLike<unknown> {
    if (column.kind === 'numbers') return column.values
    return column.kind === 'items' ? column.items : this.decode(column, count)
  }

  #wordsOf(column: Column & { readonly kind: 'words' }): unknown[] {
    for (const word of column.news) this.#words.push(word)
    const { places } = column
    const words = this.#words
    const values: unknown[] = []
    for (let at = 0; at < places.length; at++) values.push(words[places[at] as number])
    return values
  }

  #records(column: Column & { readonly kind: 'records' }, count: number): unknown[] {
    const { number, names } = column.shape
    if (names !== undefined) {
      const code = rowCode(names, this.#compile)
      invariant(code !== undefined, 'Both sides make the same of names.')
      this.#shapes[number] = { code, columns: names.map(() => new ColumnDecoder(this.#compile)) }
    }
    const { code, columns } = this.#shapes[number] as Known
    const lists = columns.map((field, at) => field.#read(column.columns[at] as Column, count))
    return code.join(lists, count)
  }

  #mixed({ parts, turns }: Column & { readonly kind: 'mixed' }, count: number): unknown[] {
    const counts = new Int32Array(parts.length)
    for (const turn of turns) counts[turn] = (counts[turn] as number) + 1
    const lists = parts.map((part, at) => this.decode(part, counts[at] as number))
    const nexts = new Int32Array(parts.length)
    const values: unknown[] = []
    for (let at = 0; at < count; at++) {
      const turn = turns[at] as number
      const next = nexts[turn] as number
      values.push((lists[turn] as unknown[])[next])
      nexts[turn] = next + 1
    }
    return values
  }
}

/** The same as a list, which is what the engine reads fastest. */
export function listOf(numbers: Float64Array | Int32Array): number[] {
  const list: number[] = []
  for (let at = 0; at < numbers.length; at++) list.push(numbers[at] as number)
  return list
}
