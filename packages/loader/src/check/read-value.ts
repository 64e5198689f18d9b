import { nearestName, parseDuration } from '@millrace/base'
import { CFG_TYPE, CFG_UNKNOWN_KEY } from '../errors.ts'
import {
  describeNode,
  describeScalar,
  type ConfigNode,
  type MapEntry,
  type MapNode,
} from '../document/config-node.ts'
import type { Leaf, LoadContext } from '../load-context.ts'

/** A key of the grammar: what stands there, how messages call it, and its path for overrides. */
export interface Place {
  readonly node: ConfigNode | undefined
  readonly what: string
  readonly path: string
}

/** The place of a key in a map of keys. */
export function placeOf(
  keys: ReadonlyMap<string, MapEntry>,
  key: string,
  path: string,
  prefix = '',
): Place {
  const what = `"${prefix === '' ? key : `${prefix}.${key}`}"`
  return { node: keys.get(key)?.value, what, path: path === '' ? key : `${path}.${key}` }
}

/** Reads a leaf with `take`; undefined where there is none or where it does not fit, with a fault. */
export function readLeaf<T>(
  { node, what, path }: Place,
  context: LoadContext,
  expected: string,
  take: (leaf: Leaf) => T | undefined,
  hint?: string,
): T | undefined {
  if (node === undefined) return undefined
  const leaf = node.kind === 'scalar' ? context.leaf(node) : undefined
  const value = leaf === undefined ? undefined : take(leaf)
  if (value === undefined) {
    const shown = leaf?.secret === true ? 'a secret value' : describeScalar(leaf?.value)
    const got = leaf === undefined ? describeNode(node) : shown
    context.faults.push(CFG_TYPE({ what, expected, got, hint }, node.where))
    return undefined
  }
  const shown = leaf?.isUntyped === true && typeof value === 'number' ? typed(leaf) : leaf?.value
  context.addValue(path, shown, node, leaf?.secret)
  return value
}

export function readText(place: Place, context: LoadContext): string | undefined {
  return readLeaf(place, context, 'a text', ({ value, text }) =>
    value === null || text === '' ? undefined : text,
  )
}

/** A whole number of at least `least`, and at most `most`. */
export function readWhole(
  place: Place,
  context: LoadContext,
  least: number,
  most: number = Infinity,
): number | undefined {
  const bounds = most === Infinity ? `of at least ${least}` : `from ${least} to ${most}`
  return readLeaf(place, context, `a whole number ${bounds}`, (leaf) => {
    const number = numberOf(leaf)
    const isWhole = number !== undefined && Number.isSafeInteger(number)
    return isWhole && number >= least && number <= most ? number : undefined
  })
}

/** A number of at least `least`. */
export function readNumber(place: Place, context: LoadContext, least: number): number | undefined {
  return readLeaf(place, context, `a number of at least ${least}`, (leaf) => {
    const number = numberOf(leaf)
    return number !== undefined && Number.isFinite(number) && number >= least ? number : undefined
  })
}

/** A duration with a unit, in ms. */
export function readDuration(place: Place, context: LoadContext): number | undefined {
  return readLeaf(place, context, 'a duration with a unit, such as 30s or 1h', durationOf)
}

/** A duration above 0 with a unit, in ms: for limits, which 0 would switch off or make impossible to keep. */
export function readPositiveDuration(place: Place, context: LoadContext): number | undefined {
  const expected = 'a duration above 0 with a unit, such as 30s or 1h'
  return readLeaf(place, context, expected, (leaf) => {
    const ms = durationOf(leaf)
    return ms !== undefined && ms > 0 ? ms : undefined
  })
}

export function readChoice<T extends string>(
  place: Place,
  context: LoadContext,
  choices: readonly T[],
): T | undefined {
  const { node } = place
  const near = node?.kind === 'scalar' ? nearestName(node.text, choices) : undefined
  const hint = near === undefined ? undefined : `Did you mean "${near}"?`
  const expected = `one of ${choices.join(', ')}`
  const take = ({ text }: Leaf): T | undefined => choices.find((choice) => choice === text)
  return readLeaf(place, context, expected, take, hint)
}

/** A share such as 50% or 0.5, from 0 to 1. */
export function readShare(place: Place, context: LoadContext): number | undefined {
  return readLeaf(place, context, 'a share such as 50% or 0.5', (leaf) => {
    const percent = /^(\d+(?:\.\d+)?)\s*%$/.exec(leaf.text)?.[1]
    const share = percent === undefined ? numberOf(leaf) : Number(percent) / 100
    return share !== undefined && share >= 0 && share <= 1 ? share : undefined
  })
}

/** A map whose keys are all among `known`. */
export function readMap(
  { node, what }: Place,
  context: LoadContext,
  known: readonly string[],
): MapNode | undefined {
  if (node === undefined) return undefined
  if (node.kind !== 'map') {
    const expected = `a map with ${known.join(', ')}`
    context.faults.push(CFG_TYPE({ what, expected, got: describeNode(node) }, node.where))
    return undefined
  }
  for (const { key, where } of node.entries.values()) {
    if (known.includes(key)) continue
    const near = nearestName(key, known)
    context.faults.push(CFG_UNKNOWN_KEY({ key, of: what, near, known }, where))
  }
  return node
}

/** Reads a list of texts. */
export function readTexts(place: Place, context: LoadContext): readonly string[] {
  const { node, what } = place
  if (node === undefined) return []
  if (node.kind === 'list') {
    const texts = node.items.map((item) => (item.kind === 'scalar' ? context.leaf(item).text : ''))
    if (!texts.includes('')) {
      context.addValue(place.path, texts, node)
      return texts
    }
  }
  const expected = 'a list of names'
  context.faults.push(CFG_TYPE({ what, expected, got: describeNode(node) }, node.where))
  return []
}

/** What an override or placeholder shows as: the number it is, or the text with its unit. */
const typed = (leaf: Leaf): unknown => numberOf(leaf) ?? leaf.text

/** The duration that stands there, in ms; undefined where none does. Nothing is filled in. */
export function durationOfNode(node: ConfigNode): number | undefined {
  return node.kind === 'scalar'
    ? durationOf({ ...node, isUntyped: false, secret: false })
    : undefined
}

function durationOf({ value, text }: Leaf): number | undefined {
  return typeof value === 'string' ? parseDuration(text) : undefined
}

function numberOf({ value, text, isUntyped }: Leaf): number | undefined {
  if (typeof value === 'number') return value
  return isUntyped && /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined
}
