import type { JobTest } from '@millrace/loader'

/** One line of a comparison: a record that is as expected, one that is missing, or one that nobody expected. */
export interface MatchLine {
  readonly kind: 'same' | 'missing' | 'unexpected'
  readonly record: unknown
}

/** Compares records with what is expected of them. Without lines other than `same` they match. */
export function matchRecords(
  expected: readonly unknown[],
  got: readonly unknown[],
  { match, order }: Pick<JobTest, 'match' | 'order'>,
): readonly MatchLine[] {
  const fits = match === 'contains' ? contains : isEqual
  return order === 'any' ? inAnyOrder(expected, got, fits) : inOrder(expected, got, fits)
}

type Fits = (expected: unknown, got: unknown) => boolean

/** Whether `got` has all that `expected` names: fields of objects may be more, lists are compared whole. */
function contains(expected: unknown, got: unknown): boolean {
  return compare(expected, got, false)
}

function isEqual(expected: unknown, got: unknown): boolean {
  return compare(expected, got, true)
}

function compare(expected: unknown, got: unknown, isExact: boolean): boolean {
  if (Array.isArray(expected)) {
    return (
      Array.isArray(got) &&
      got.length === expected.length &&
      expected.every((item, index) => compare(item, got[index], isExact))
    )
  }
  if (typeof expected !== 'object' || expected === null) return expected === got
  if (typeof got !== 'object' || got === null || Array.isArray(got)) return false
  const names = Object.keys(expected)
  if (isExact && Object.keys(got).length !== names.length) return false
  return names.every((name) => {
    const own = Object.hasOwn(got, name)
    return own && compare(expected[name as never], got[name as never], isExact)
  })
}

/** The longest common subsequence keeps its place; the rest is missing or unexpected. */
function inOrder(
  expected: readonly unknown[],
  got: readonly unknown[],
  fits: Fits,
): readonly MatchLine[] {
  const width = got.length + 1
  const longest = new Uint32Array((expected.length + 1) * width)
  for (let row = expected.length - 1; row >= 0; row--) {
    for (let column = got.length - 1; column >= 0; column--) {
      const at = row * width + column
      longest[at] = fits(expected[row], got[column])
        ? (longest[at + width + 1] as number) + 1
        : Math.max(longest[at + width] as number, longest[at + 1] as number)
    }
  }
  const lines: MatchLine[] = []
  let row = 0
  let column = 0
  while (row < expected.length || column < got.length) {
    const isBoth = row < expected.length && column < got.length
    const at = row * width + column
    if (isBoth && fits(expected[row], got[column]) && isBest(longest, at, width)) {
      lines.push({ kind: 'same', record: got[column++] })
      row++
    } else if (
      column >= got.length ||
      (row < expected.length && (longest[at + width] as number) >= (longest[at + 1] as number))
    ) {
      lines.push({ kind: 'missing', record: expected[row++] })
    } else lines.push({ kind: 'unexpected', record: got[column++] })
  }
  return lines
}

const isBest = (longest: Uint32Array, at: number, width: number): boolean =>
  longest[at] === (longest[at + width + 1] as number) + 1

/** As many pairs as there can be: an expected record that fits several gives way to one that fits only one of them. */
function inAnyOrder(
  expected: readonly unknown[],
  got: readonly unknown[],
  fits: Fits,
): readonly MatchLine[] {
  /** Index of the expected record that each one we got is paired with. */
  const partners: (number | undefined)[] = got.map(() => undefined)
  const isPaired = (row: number, tried: Set<number>): boolean => {
    for (const [column, record] of got.entries()) {
      if (tried.has(column) || !fits(expected[row], record)) continue
      tried.add(column)
      const partner = partners[column]
      if (partner === undefined || isPaired(partner, tried)) {
        partners[column] = row
        return true
      }
    }
    return false
  }
  const missing = expected.filter((_, row) => !isPaired(row, new Set()))
  return [
    ...got.flatMap((record, column): MatchLine[] =>
      partners[column] === undefined ? [] : [{ kind: 'same', record }],
    ),
    ...missing.map((record): MatchLine => ({ kind: 'missing', record })),
    ...got.flatMap((record, column): MatchLine[] =>
      partners[column] === undefined ? [{ kind: 'unexpected', record }] : [],
    ),
  ]
}
