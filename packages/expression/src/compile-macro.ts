import type { Closure } from './closure.ts'
import type { CompilePart } from './compile-part.ts'
import { EXP_TYPE } from './errors.ts'
import { describe } from './kind-of.ts'
import type { Place } from './operators.ts'
import type { Node } from './syntax/node.ts'

/** `list.exists(x, …)` and its like; over a map they see its names; null stays null. */
export function compileMacro(
  compiler: CompilePart,
  node: Extract<Node, { kind: 'macro' }>,
): Closure {
  const place = compiler.place(node)
  const over = compiler.compile(node.over)
  const cell: { value: unknown } = { value: null }
  compiler.cells.set(node.variable, cell)
  const condition = node.condition === undefined ? () => true : compiler.condition(node.condition)
  const result = node.result === undefined ? () => cell.value : compiler.compile(node.result)
  const run = loops[node.name]
  return (record, context) => {
    const items = itemsOf(over(record, context), place)
    if (items === null) return null
    return run(
      items,
      (item) => {
        cell.value = item ?? null
        return condition(record, context)
      },
      () => result(record, context),
    )
  }
}

type Loop = (
  items: readonly unknown[],
  holds: (item: unknown) => boolean,
  result: () => unknown,
) => unknown

const collect: Loop = (items, holds, result) => {
  const collected: unknown[] = []
  for (const item of items) if (holds(item)) collected.push(result())
  return collected
}

const loops: Readonly<Record<Extract<Node, { kind: 'macro' }>['name'], Loop>> = {
  all: (items, holds) => items.every((item) => holds(item)),
  exists: (items, holds) => items.some((item) => holds(item)),
  existsOne: (items, holds) => items.filter((item) => holds(item)).length === 1,
  filter: collect,
  map: collect,
}

function itemsOf(value: unknown, place: Place): readonly unknown[] | null {
  if (value === null || Array.isArray(value)) return value
  if (typeof value === 'object') return Object.keys(value)
  const expected = 'Only lists and maps have members to look at'
  throw EXP_TYPE({ text: place.text, expected, got: describe(value) }, { column: place.column })
}
