import { parseDuration } from '@millrace/base'
import { chance } from './chance.ts'
import type { FieldSpec } from './field-spec.ts'

/** The value of a field in record number `index`, from 0. */
export type MakeField = (index: number) => unknown

/** Compiles a field's description. `stream` makes its chance its own. */
export function makeField(spec: FieldSpec, stream: number): MakeField {
  if (spec === 'sequence') return (index) => index
  if (spec === 'uuid') return (index) => uuid(stream, index)
  if ('sequence' in spec) {
    const { start, step } = spec.sequence
    return (index) => start + index * step
  }
  if ('integer' in spec) {
    const { min, max } = spec.integer
    return (index) => min + Math.floor(chance(stream, index, 0) * (max - min + 1))
  }
  if ('uniform' in spec) {
    const { min, max } = spec.uniform
    return (index) => min + chance(stream, index, 0) * (max - min)
  }
  if ('normal' in spec) {
    const { mean, deviation } = spec.normal
    return (index) => mean + deviation * bell(stream, index)
  }
  if ('choice' in spec) return choose(spec.choice, stream)
  if ('time' in spec) {
    const start = Date.parse(spec.time.start)
    const step = parseDuration(spec.time.step) ?? 0
    return (index) => new Date(start + index * step).toISOString()
  }
  return () => spec.constant
}

/** Standard normal by the method of Box and Muller. */
function bell(stream: number, index: number): number {
  const radius = Math.sqrt(-2 * Math.log(1 - chance(stream, index, 0)))
  return radius * Math.cos(2 * Math.PI * chance(stream, index, 1))
}

function choose(
  choice: readonly unknown[] | Readonly<Record<string, number>>,
  stream: number,
): MakeField {
  if (Array.isArray(choice)) {
    return (index) => choice[Math.floor(chance(stream, index, 0) * choice.length)]
  }
  const weights = Object.entries(choice as Readonly<Record<string, number>>).filter(
    ([, weight]) => weight > 0,
  )
  const total = weights.reduce((sum, [, weight]) => sum + weight, 0)
  return (index) => {
    let left = chance(stream, index, 0) * total
    for (const [value, weight] of weights) {
      left -= weight
      if (left < 0) return value
    }
    // Rounding may leave a crumb.
    return weights.at(-1)?.[0]
  }
}

/** A UUID of version 4 by its form; its bits are the field's chance. */
function uuid(stream: number, index: number): string {
  const digits = [0, 1, 2, 3]
    .map((draw) => Math.floor(chance(stream, index, draw) * 2 ** 32))
    .map((part) => part.toString(16).padStart(8, '0'))
    .join('')
  const variant = '89ab'[Math.floor(chance(stream, index, 4) * 4)] ?? '8'
  return [
    digits.slice(0, 8),
    digits.slice(8, 12),
    `4${digits.slice(13, 16)}`,
    variant + digits.slice(17, 20),
    digits.slice(20, 32),
  ].join('-')
}
