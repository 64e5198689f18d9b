import type { Closure } from './closure.ts'
import type { CompilePart } from './compile-part.ts'
import { EXP_TYPE } from './errors.ts'
import type { EvaluationContext } from './evaluation-context.ts'
import { describe } from './kind-of.ts'
import type { Place } from './operators.ts'
import type { MacroName, Node } from './syntax/node.ts'

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
  const loop = loops[node.name]
  const parts: Parts = {
    result,
    holds(item, record, context) {
      cell.value = item ?? null
      return condition(record, context)
    },
  }
  return (record, context) => {
    const items = itemsOf(over(record, context), place)
    return items === null ? null : loop(items, parts, record, context)
  }
}

/** What a macro says of each item. `holds` makes the item the value of the variable; `result` follows it. */
interface Parts {
  readonly holds: (item: unknown, record: unknown, context: EvaluationContext) => boolean
  readonly result: Closure
}

// Plain loops: a closure for each record would cost more than the condition.
type Loop = (
  items: readonly unknown[],
  parts: Parts,
  record: unknown,
  context: EvaluationContext,
) => unknown

const collect: Loop = (items, { holds, result }, record, context) => {
  const collected: unknown[] = []
  for (const item of items) {
    if (holds(item, record, context)) collected.push(result(record, context))
  }
  return collected
}

const loops: Readonly<Record<MacroName, Loop>> = {
  all(items, { holds }, record, context) {
    for (const item of items) if (!holds(item, record, context)) return false
    return true
  },
  exists(items, { holds }, record, context) {
    for (const item of items) if (holds(item, record, context)) return true
    return false
  },
  existsOne(items, { holds }, record, context) {
    let count = 0
    for (const item of items) if (holds(item, record, context)) count++
    return count === 1
  },
  filter: collect,
  map: collect,
}

function itemsOf(value: unknown, place: Place): readonly unknown[] | null {
  if (value === null || Array.isArray(value)) return value
  if (typeof value === 'object') return Object.keys(value)
  const expected = 'Only lists and maps have members to look at'
  throw EXP_TYPE({ text: place.text, expected, got: describe(value) }, { column: place.column })
}
