import type { JsonSchema } from '@millrace/sdk'
import { takesType } from './schema-view.ts'

/** What stands in the place of a number or text that is out of its bounds; undefined where it is within them. */
export function expectedInBounds(
  value: unknown,
  branches: readonly JsonSchema[],
): string | undefined {
  if (value === '') return expectedText(branches)
  return typeof value === 'number' && !Number.isNaN(value)
    ? expectedNumber(value, branches)
    : undefined
}

function expectedText(branches: readonly JsonSchema[]): string | undefined {
  const own = branches.filter((branch) => takesType([branch], 'string'))
  const isBounded =
    own.length > 0 && own.every((branch) => (numberIn(branch, 'minLength') ?? 0) > 0)
  return isBounded ? 'a text that is not empty' : undefined
}

function expectedNumber(value: number, branches: readonly JsonSchema[]): string | undefined {
  const own = branches.filter((branch) => takesType([branch], 'number', 'integer'))
  if (own.length === 0 || own.some((branch) => isWithin(value, branch))) return undefined
  return [...new Set(own.map(describe))].join(', or ')
}

const numberIn = (schema: JsonSchema, name: string): number | undefined => {
  const value = schema[name]
  return typeof value === 'number' ? value : undefined
}

function isWithin(value: number, schema: JsonSchema): boolean {
  return (
    value >= (numberIn(schema, 'minimum') ?? -Infinity) &&
    value > (numberIn(schema, 'exclusiveMinimum') ?? -Infinity) &&
    value <= (numberIn(schema, 'maximum') ?? Infinity) &&
    value < (numberIn(schema, 'exclusiveMaximum') ?? Infinity)
  )
}

function describe(schema: JsonSchema): string {
  const bounds = [
    ['at least', numberIn(schema, 'minimum')],
    ['above', numberIn(schema, 'exclusiveMinimum')],
    ['at most', numberIn(schema, 'maximum')],
    ['below', numberIn(schema, 'exclusiveMaximum')],
  ] as const
  // The bounds that every whole number has say nothing.
  const told = bounds.filter(([, bound]) => Math.abs(bound ?? Infinity) < Number.MAX_SAFE_INTEGER)
  const texts = told.map(([word, bound]) => `${word} ${bound}`)
  const name = takesType([schema], 'number') ? 'a number' : 'a whole number'
  return [name, texts.join(' and ')].join(' ').trimEnd()
}
