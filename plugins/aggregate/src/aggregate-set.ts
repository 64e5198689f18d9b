import { isMillraceError, messageOf, nearestName } from '@millrace/base'
import {
  compileAggregateCall,
  compileExpression,
  type EvaluationContext,
  type Expression,
} from '@millrace/expression'
import type { AggregateDefinition, ExpressionScope } from '@millrace/sdk'
import {
  AGG_ARGUMENTS,
  AGG_EVALUATION,
  AGG_EXACT,
  AGG_NOT_A_NUMBER,
  AGG_UNKNOWN_FUNCTION,
} from './errors.ts'
import { aggregateFunctions, exactFunctions } from './functions/functions.ts'
import { isNumbers } from './is-numbers.ts'

/** One named value of a result: a call, or a call with a condition and a choice of form. */
export type AggregateValue =
  | string
  | {
      readonly value: string
      readonly where?: string | undefined
      readonly exact?: boolean | undefined
    }

/** Named folds over the same records: what an aggregate or a window computes per key. */
export interface AggregateSet {
  readonly names: readonly string[]
  /** Field paths that are read; undefined where a whole record is. */
  readonly fields: readonly string[] | undefined
  /** Field paths that should be there; none that an expression asks for with `has`, `coalesce` or against null. */
  readonly expected: readonly string[]
  create(): unknown[]
  /** The values one by one: what each is called, and its first accumulator. */
  readonly parts: readonly { readonly name: string; readonly create: () => unknown }[]
  /** Evaluates everything that can throw for one record and changes no accumulator. Throws coded errors. */
  evaluate(record: unknown, context: EvaluationContext): void
  /** Adds what the last `evaluate` found. Never throws. */
  add(accumulators: readonly unknown[]): void
  /** New accumulators over both; leaves its arguments alone. */
  merge(a: readonly unknown[], b: readonly unknown[]): unknown[]
  /** Whether all accumulators are nothing but numbers. */
  readonly isOfNumbers: boolean
  /** Takes others, by name, into accumulators of nothing but numbers; leaves the others alone. */
  absorb(accumulators: readonly unknown[], others: Readonly<Record<string, unknown>>): void
  /** Puts the named values into `target`. */
  results(accumulators: readonly unknown[], target: Record<string, unknown>): void
}

interface Part {
  readonly name: string
  readonly call: string
  readonly definition: AggregateDefinition
  readonly constants: readonly unknown[]
  readonly argument: Expression | undefined
  readonly where: Expression | undefined
}

function usageOf({ name, arguments: count, constants = [] }: AggregateDefinition): string {
  const names = [...(count === 1 ? ['x'] : []), ...constants.map((constant) => constant.name)]
  return `${name}(${names.join(', ')})`
}

function findFunction(name: string, exact: boolean, scope: ExpressionScope): AggregateDefinition {
  const known = [...scope.aggregates, ...aggregateFunctions]
  const found = known.find((definition) => definition.name === name)
  if (found === undefined) {
    const names = known.map((definition) => definition.name)
    throw AGG_UNKNOWN_FUNCTION({ name, near: nearestName(name, names), known: names })
  }
  if (!exact) return found
  const form = exactFunctions.find((definition) => definition.name === name)
  // A function that was brought in replaces ours of the same name, with all its forms.
  if (form !== undefined && aggregateFunctions.includes(found)) return form
  throw AGG_EXACT({ name, exact: exactFunctions.map((definition) => definition.name) })
}

/** Constant arguments with their defaults; throws AGG_ARGUMENTS. */
function constantsOf(
  call: string,
  definition: AggregateDefinition,
  given: readonly unknown[],
): readonly unknown[] {
  const { constants = [] } = definition
  const usage = usageOf(definition)
  if (given.length > constants.length) {
    throw AGG_ARGUMENTS({ call, usage, fault: 'has too many arguments' })
  }
  return constants.map((constant, index) => {
    const value = index < given.length ? given[index] : constant.default
    if (value === undefined) {
      throw AGG_ARGUMENTS({ call, usage, fault: `needs ${constant.name}` })
    }
    return value
  })
}

function compilePart(name: string, value: AggregateValue, scope: ExpressionScope): Part {
  const { value: text, where, exact } = typeof value === 'string' ? { value } : value
  const call = compileAggregateCall(text, scope)
  const definition = findFunction(call.name, exact === true, scope)
  if (definition.arguments === 1 && call.argument === undefined) {
    throw AGG_ARGUMENTS({
      call: text,
      usage: usageOf(definition),
      fault: 'needs a value to look at',
    })
  }
  const constants = constantsOf(text, definition, call.constants)
  // Constants out of range show here, before anything has started.
  definition.create(constants)
  return {
    name,
    call: text,
    definition,
    constants,
    argument: call.argument,
    where: where === undefined ? undefined : compileExpression(where, scope),
  }
}

/** What goes into the accumulator: undefined for nothing. Throws coded errors. */
function evaluatePart(part: Part, record: unknown, context: EvaluationContext): unknown {
  if (part.where !== undefined && !part.where.test(record, context)) return undefined
  if (part.argument === undefined) return null
  const value = part.argument.evaluate(record, context)
  if (value === null || value === undefined) return undefined
  if (part.definition.takes === 'numbers' && !Number.isFinite(value)) {
    const got = typeof value === 'string' ? JSON.stringify(value) : describe(value)
    throw AGG_NOT_A_NUMBER({ call: part.call, got })
  }
  return value
}

function describe(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  return Array.isArray(value) ? 'a list' : 'an object'
}

function fieldsOf(parts: readonly Part[]): readonly string[] | undefined {
  const fields = new Set<string>()
  for (const { argument, where } of parts) {
    for (const field of argument?.fields ?? []) fields.add(field)
    for (const field of where?.fields ?? []) fields.add(field)
  }
  return fields.has('record') ? undefined : [...fields]
}

function expectedOf(parts: readonly Part[]): readonly string[] {
  const fields = parts.flatMap(({ argument, where }) => [
    ...(argument?.expected ?? []),
    ...(where?.expected ?? []),
  ])
  return [...new Set(fields)]
}

/**
 * Compiles named aggregate values. Functions that plugins brought (`scope.aggregates`) come before ours.
 * Throws AGG_UNKNOWN_FUNCTION, AGG_ARGUMENTS, AGG_EXACT and the EXP_* errors of expressions.
 */
export function compileAggregates(
  values: Readonly<Record<string, AggregateValue>>,
  scope: ExpressionScope,
): AggregateSet {
  const parts = Object.entries(values).map(([name, value]) => compilePart(name, value, scope))
  const found: unknown[] = parts.map(() => undefined)
  let timestamp = 0
  return {
    names: parts.map(({ name }) => name),
    fields: fieldsOf(parts),
    expected: expectedOf(parts),
    create: () => parts.map(({ definition, constants }) => definition.create(constants)),
    parts: parts.map(({ name, definition, constants }) => ({
      name,
      create: () => definition.create(constants),
    })),
    isOfNumbers: parts.every(({ constants, definition }) =>
      isNumbers(definition.create(constants)),
    ),
    evaluate(record, context) {
      let index = 0
      timestamp = context.timestamp
      try {
        for (const part of parts) found[index++] = evaluatePart(part, record, context)
      } catch (error) {
        if (isMillraceError(error)) throw error
        const message = messageOf(error)
        throw AGG_EVALUATION({ call: parts[index - 1]?.call ?? '', message }, {}, error)
      }
    },
    add(accumulators) {
      for (let index = 0; index < parts.length; index++) {
        const value = found[index]
        if (value !== undefined) parts[index]?.definition.add(accumulators[index], value, timestamp)
      }
    },
    absorb(accumulators, others) {
      for (const [index, { definition, name }] of parts.entries()) {
        const own = accumulators[index] as object
        Object.assign(own, definition.merge(own, others[name]))
      }
    },
    merge: (a, b) => parts.map(({ definition }, index) => definition.merge(a[index], b[index])),
    results(accumulators, target) {
      for (let index = 0; index < parts.length; index++) {
        const part = parts[index]
        if (part !== undefined) target[part.name] = part.definition.result(accumulators[index])
      }
    },
  }
}
