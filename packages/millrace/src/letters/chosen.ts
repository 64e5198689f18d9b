import { nearestName } from '@millrace/base'
import type { Letter } from '@millrace/job'
import { CLI_NONE_CHOSEN } from '../errors.ts'

/** A letter under the name that the log knows it by. */
export interface NamedLetter {
  readonly name: string
  readonly letter: Letter
}

/** Which letters are meant; what is left out means all. */
export interface LetterFilter {
  readonly code?: string | undefined
  readonly stage?: string | undefined
}

/** Dead letters by id. Where an id stands several times, each line is a letter of its own. */
export function byId(letters: readonly Letter[]): readonly NamedLetter[] {
  const counts = new Map<string, number>()
  return letters.map((letter) => {
    const count = (counts.get(letter.id) ?? 0) + 1
    counts.set(letter.id, count)
    return { name: count === 1 ? letter.id : `${letter.id}#${count}`, letter }
  })
}

/** Parked records by id and time: one that is parked again has its id, and its file loses lines. */
export function byIdAndTime(letters: readonly Letter[]): readonly NamedLetter[] {
  return letters.map((letter) => ({ name: nameInTime(letter), letter }))
}

/** The name of a parked record in the log. */
export function nameInTime({ id, time }: Pick<Letter, 'id' | 'time'>): string {
  return `${id}@${time}`
}

/** The letters with this code and stage. Throws CLI_NONE_CHOSEN with the nearest name where there are none. */
export function choose(
  path: string,
  named: readonly NamedLetter[],
  filter: LetterFilter,
): readonly NamedLetter[] {
  const values = {
    code: ({ letter }: NamedLetter) => letter.error?.code,
    stage: ({ letter }: NamedLetter) => letter.stage,
  }
  let chosen = named
  for (const option of ['code', 'stage'] as const) {
    const value = filter[option]
    if (value === undefined) continue
    const known = [...new Set(named.flatMap((one) => values[option](one) ?? []))]
    if (!known.includes(value)) {
      throw CLI_NONE_CHOSEN({ option, value, path, near: nearestName(value, known), known })
    }
    chosen = chosen.filter((one) => values[option](one) === value)
  }
  return chosen
}
