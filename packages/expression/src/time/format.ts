import { EXP_TIME_FORMAT } from '../errors.ts'

export type FormatField =
  | 'year'
  | 'month'
  | 'monthName'
  | 'day'
  | 'hour'
  | 'hour12'
  | 'half'
  | 'minute'
  | 'second'
  | 'fraction'
  | 'offset'

/** One step of a format: a literal text, or a field with its least and most digits. */
export type FormatStep =
  | { readonly literal: string }
  | { readonly field: FormatField; readonly least: number; readonly most: number }

const tokens: Readonly<Record<string, readonly [FormatField, least: number, most: number]>> = {
  yyyy: ['year', 4, 4],
  MMM: ['monthName', 3, 3],
  MM: ['month', 2, 2],
  M: ['month', 1, 2],
  dd: ['day', 2, 2],
  d: ['day', 1, 2],
  HH: ['hour', 2, 2],
  H: ['hour', 1, 2],
  hh: ['hour12', 2, 2],
  h: ['hour12', 1, 2],
  a: ['half', 2, 2],
  mm: ['minute', 2, 2],
  m: ['minute', 1, 2],
  ss: ['second', 2, 2],
  s: ['second', 1, 2],
  XXX: ['offset', 1, 6],
  XX: ['offset', 1, 6],
}

const known =
  "Use yyyy MM M MMM dd d HH H hh h a mm m ss s SSS XXX; other letters stand in quotes, as in yyyy-MM-dd'T'HH:mm."

/**
 * The steps of a format such as `yyyy/MM/dd HH:mm`. Throws EXP_TIME_FORMAT with the column. To be read a format needs a year and
 * names nothing twice; `HH:mm` can be written.
 */
export function parseFormat(
  format: string,
  { isRead = true }: { readonly isRead?: boolean } = {},
): readonly FormatStep[] {
  const steps: FormatStep[] = []
  const seen = new Set<string>()
  const piece = /'((?:[^']|'')*)'|([A-Za-z])\2*|[^A-Za-z']+|'/g
  for (const match of format.matchAll(piece)) {
    const [text, quoted] = match
    const at = match.index
    if (quoted !== undefined) {
      steps.push({ literal: quoted === '' ? "'" : quoted.replaceAll("''", "'") })
    } else if (text === "'") {
      throw fault(`A quote in the time format "${format}" is not closed`, at)
    } else if (text === 'T' || !/[A-Za-z]/.test(text)) {
      steps.push({ literal: text })
    } else {
      const step = stepOf(text)
      if (step === undefined) throw fault(`Unknown "${text}" in the time format "${format}"`, at)
      const group = step.field.replace(/^(hour|month).*/, '$1')
      if (isRead && seen.has(group))
        throw fault(`The time format "${format}" names the ${group} twice`, at)
      seen.add(group)
      steps.push(step)
    }
  }
  if (isRead) checkTogether(format, steps, seen)
  return steps
}

function stepOf(text: string): Exclude<FormatStep, { literal: string }> | undefined {
  if (/^S{1,9}$/.test(text)) return { field: 'fraction', least: text.length, most: text.length }
  const token = Object.hasOwn(tokens, text) ? tokens[text] : undefined
  return token === undefined ? undefined : { field: token[0], least: token[1], most: token[2] }
}

function checkTogether(format: string, steps: readonly FormatStep[], seen: Set<string>): void {
  if (!seen.has('year')) throw fault(`The time format "${format}" has no year (yyyy)`, 0)
  const has = (field: FormatField): boolean =>
    steps.some((step) => 'field' in step && step.field === field)
  if (has('hour12') !== has('half')) {
    throw fault(`The time format "${format}" needs both hh and a for a clock of 12 hours`, 0)
  }
}

function fault(problem: string, at: number): Error {
  return EXP_TIME_FORMAT({ problem, hint: known }, { column: at + 1 })
}
