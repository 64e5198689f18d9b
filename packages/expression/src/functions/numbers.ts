import type { BuiltIn } from './built-in.ts'

const value = { name: 'value', kind: 'number' } as const

/** Rounds half away from zero, at `digits` decimals; exact for what the number shows when written out. */
function round(number: number, digits = 0): number | undefined {
  if (!Number.isInteger(digits) || Math.abs(digits) > 15) return undefined
  const size = Math.abs(number)
  if (size >= 2 ** 52) return number
  // Shifting the exponent in the text avoids the error of a multiplication: 1.005 * 100 is 100.49….
  const shifted = Math.round(Number(shift(size, digits)))
  return Math.sign(number) * Number(shift(shifted, -digits))
}

function shift(number: number, digits: number): string {
  const [mantissa, exponent = '0'] = String(number).split('e')
  return `${mantissa}e${Number(exponent) + digits}`
}

function extreme(pick: (...numbers: number[]) => number) {
  return (...values: unknown[]): unknown => {
    const numbers = values.length === 1 && Array.isArray(values[0]) ? values[0] : values
    if (numbers.length === 0 || numbers.some((each) => each === null)) return null
    return numbers.every((each) => typeof each === 'number') ? pick(...numbers) : undefined
  }
}

const several = [{ name: 'value', kind: 'any', repeated: true }] as const

export const numberFunctions: readonly BuiltIn[] = [
  { name: 'floor', parameters: [value], call: Math.floor },
  { name: 'ceil', parameters: [value], call: Math.ceil },
  {
    name: 'round',
    parameters: [value, { name: 'digits', kind: 'number', optional: true }],
    call: round,
  },
  { name: 'trunc', parameters: [value], call: Math.trunc },
  { name: 'abs', parameters: [value], call: Math.abs },
  { name: 'sign', parameters: [value], call: Math.sign },
  { name: 'sqrt', parameters: [value], call: Math.sqrt },
  { name: 'exp', parameters: [value], call: Math.exp },
  { name: 'log', parameters: [value], call: Math.log },
  { name: 'log10', parameters: [value], call: Math.log10 },
  {
    name: 'pow',
    parameters: [
      { name: 'base', kind: 'number' },
      { name: 'exponent', kind: 'number' },
    ],
    call: (base: number, exponent: number) => base ** exponent,
  },
  { name: 'min', parameters: several, call: extreme(Math.min) },
  { name: 'max', parameters: several, call: extreme(Math.max) },
]
