import { compileExpression } from '@millrace/expression'
import type { ExpressionScope, Key } from '@millrace/sdk'
import type { JoinParameters } from './join-parameters.ts'
import { isPaired } from './join-parameters.ts'
import { LEFT, type Side, type Stretch } from './reach.ts'

type Fields = Record<string, unknown>

/** What a result is made of beside the two records. */
export interface ResultAt {
  /** Event time of the result, epoch ms. */
  readonly timestamp: number
  readonly key: Key | undefined
  readonly window: Stretch | undefined
}

/** Makes the results. Throws what an expression throws. */
export class Results {
  /** Names of the inputs, in order. */
  readonly #first: string
  readonly #second: string
  /** Whether the left of the join is the second input. */
  readonly #isSwapped: boolean
  readonly #select: ((both: Fields, at: ResultAt) => Fields) | undefined
  readonly #isPaired: boolean

  constructor(
    parameters: JoinParameters,
    inputs: readonly string[],
    left: number,
    scope: ExpressionScope,
  ) {
    this.#first = inputs[0] as string
    this.#second = inputs[1] as string
    this.#isSwapped = left === 1
    this.#select = compileSelect(parameters.select, scope)
    this.#isPaired = isPaired(parameters)
  }

  /** The result of two records, or of one and null. */
  pair(left: unknown, right: unknown, at: ResultAt): unknown {
    if (this.#select === undefined) return this.#both(at.key, left, right, at.window)
    return this.#select(this.#both(undefined, left, right, at.window), at)
  }

  /** The result of a record of `side` that has no match. */
  lone(side: Side, record: unknown, at: ResultAt): unknown {
    return side === LEFT ? this.pair(record, null, at) : this.pair(null, record, at)
  }

  /** What a record of the left becomes where the other side only decides whether it comes out. */
  left(record: unknown, at: ResultAt): unknown {
    return this.#select === undefined || this.#isPaired ? record : this.pair(record, null, at)
  }

  #both(key: Key | undefined, left: unknown, right: unknown, window: Stretch | undefined): Fields {
    const both: Fields = { ...key }
    if (window !== undefined) Object.assign(both, window)
    both[this.#first] = this.#isSwapped ? right : left
    both[this.#second] = this.#isSwapped ? left : right
    return both
  }
}

function compileSelect(
  select: JoinParameters['select'],
  scope: ExpressionScope,
): ((both: Fields, at: ResultAt) => Fields) | undefined {
  if (select === undefined) return undefined
  const fields = Object.entries(select).map(([name, value]) => {
    if (typeof value !== 'string') return { name, evaluate: () => value }
    const expression = compileExpression(value, scope)
    return { name, evaluate: (both: Fields, at: ResultAt) => expression.evaluate(both, at) }
  })
  return (both, at) => {
    const result: Fields = {}
    for (const { name, evaluate } of fields) result[name] = evaluate(both, at)
    return result
  }
}
