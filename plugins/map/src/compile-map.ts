import { setField } from '@millrace/base'
import {
  compileExpression,
  type EvaluationContext,
  expectedOfTexts,
  fieldsOfTexts,
} from '@millrace/expression'
import type { ExpressionScope } from '@millrace/sdk'
import { dropPath, type Fields, hasFields, readPath, writePath } from './field-path.ts'
import type { MapParameters } from './map-parameters.ts'

/** Makes the new record from the incoming one, which it leaves alone. Throws what an expression throws. */
export type Mapping = (record: unknown, context: EvaluationContext) => unknown

type Evaluate = (record: unknown, context: EvaluationContext) => unknown

interface Assignment {
  readonly path: readonly string[]
  readonly evaluate: Evaluate
}

function compileValue(value: unknown, scope: ExpressionScope): Evaluate {
  if (typeof value !== 'string') return () => value
  const expression = compileExpression(value, scope)
  return (record, context) => expression.evaluate(record, context)
}

function compileAll(
  values: Readonly<Record<string, unknown>>,
  scope: ExpressionScope,
): readonly Assignment[] {
  return Object.entries(values).map(([path, value]) => ({
    path: path.split('.'),
    evaluate: compileValue(value, scope),
  }))
}

function assign(
  target: Fields,
  assignments: readonly Assignment[],
  record: unknown,
  context: EvaluationContext,
): void {
  for (const { path, evaluate } of assignments) {
    const value = evaluate(record, context)
    if (path.length === 1) target[path[0] ?? ''] = value
    else writePath(target, path, value)
  }
}

/** What stands before `set`: the selected fields, or a copy of all of them. */
function compileBase(
  select: MapParameters['select'],
  scope: ExpressionScope,
): ((record: unknown, context: EvaluationContext) => Fields) | undefined {
  if (select === undefined) return undefined
  const assignments = Array.isArray(select)
    ? select.map((text) => {
        const path = text.split('.')
        return { path, evaluate: (record: unknown) => readPath(record, path) }
      })
    : compileAll(select, scope)
  return (record, context) => {
    const fields: Fields = {}
    assign(fields, assignments, record, context)
    return fields
  }
}

/** A copy without the dropped top-level fields and with the renamed ones in the place of the old. */
function compileCopy(
  rename: Readonly<Record<string, string>>,
  drop: ReadonlySet<string>,
): (fields: Fields) => Fields {
  const names = new Map(Object.entries(rename))
  const olds = new Map(Object.entries(rename).map(([old, name]) => [name, old]))
  if (names.size === 0 && drop.size === 0) return (fields) => ({ ...fields })
  return (fields) => {
    const copy: Fields = {}
    for (const name of Object.keys(fields)) {
      const renamed = names.get(name)
      const old = olds.get(name)
      // A field that another one is renamed to gives way, unless the other is missing.
      const givesWay = renamed === undefined && old !== undefined && Object.hasOwn(fields, old)
      const target = renamed ?? name
      if (!givesWay && !drop.has(target)) setField(copy, target, fields[name])
    }
    return copy
  }
}

/**
 * Compiles the parameters of `map`, in this order: select, rename, set, drop. Expressions always see the incoming
 * record. What has no fields of its own counts as an object without any for `select` and `set`; where there is
 * neither it has nothing to rename or drop and is handed on. Throws EXP_* errors of the expressions.
 */
export function compileMap(parameters: MapParameters, scope: ExpressionScope): Mapping {
  const { set = {}, drop = [], rename = {} } = parameters
  const base = compileBase(parameters.select, scope)
  const paths = drop.map((text) => text.split('.'))
  const copy = compileCopy(rename, new Set(drop.filter((text) => !text.includes('.'))))
  const inner = paths.filter((path) => path.length > 1)
  const assignments = compileAll(set, scope)
  const makesObjects = base !== undefined || parameters.set !== undefined
  const copies = base === undefined || Object.keys(rename).length > 0 || drop.length > 0
  return (record, context) => {
    const plain = hasFields(record)
    if (!plain && !makesObjects) return record
    let fields: Fields = base === undefined ? (plain ? record : {}) : base(record, context)
    // `select` has made a new object already.
    if (copies) fields = copy(fields)
    assign(fields, assignments, record, context)
    for (const path of inner) dropPath(fields, path)
    return fields
  }
}

function top(path: string): string {
  return path.split('.')[0] ?? ''
}

/** Top-level fields of the result, where they are known. */
export function mapShape(
  parameters: MapParameters,
  incoming: readonly string[] | undefined,
): readonly string[] | undefined {
  const { select, set = {}, drop = [], rename = {} } = parameters
  const base =
    select === undefined
      ? incoming
      : (Array.isArray(select) ? select : Object.keys(select)).map(top)
  if (base === undefined) return undefined
  // A Map: a field may be called as a member of every object is, like valueOf.
  const renamed = new Map(Object.entries(rename))
  const names = base.map((name) => renamed.get(name) ?? name)
  return [...new Set([...names, ...Object.keys(set).map(top)])].filter(
    (name) => !drop.includes(name),
  )
}

/** Field paths the map reads; undefined where it hands on fields it does not name. */
export function mapReads(parameters: MapParameters): readonly string[] | undefined {
  if (parameters.select === undefined) return undefined
  const { paths, texts } = sourcesOf(parameters)
  const computed = fieldsOfTexts(texts)
  return computed && [...new Set([...paths, ...computed])]
}

/** Field paths the map takes for granted in the incoming records. */
export function mapExpects(parameters: MapParameters): readonly string[] {
  const { paths, texts } = sourcesOf(parameters)
  return [...new Set([...paths, ...expectedOfTexts(texts)])]
}

/** What the fields of the result are made from: paths of the record, and expressions. */
function sourcesOf({ select = {}, set = {} }: MapParameters) {
  const isList = Array.isArray(select)
  const values = [...Object.values(isList ? {} : select), ...Object.values(set)]
  return {
    paths: isList ? select : [],
    texts: values.filter((text) => typeof text === 'string'),
  }
}
