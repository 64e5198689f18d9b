import { TST_CHOICES } from '../errors.ts'

/**
 * Every decision of one simulation in the order it was made: which cell is next, whether a fault strikes, how large it is.
 * Each is a number below a count. Made from recorded choices it repeats them, and answers 0 when they are used up:
 * the first ready cell, no fault. So any list is a valid simulation, and a shorter one is a simpler one.
 */
export class Choices {
  readonly made: number[] = []
  /** How many answers each choice had. */
  readonly counts: number[] = []
  readonly #recorded: readonly number[] | undefined

  constructor(recorded?: readonly number[]) {
    this.#recorded = recorded
  }

  /** True if recorded choices are repeated, so that no proposal counts. */
  get isReplay(): boolean {
    return this.#recorded !== undefined
  }

  /** Records and returns a number below `count`: `proposed`, or the recorded one. */
  take(count: number, proposed: number): number {
    let value = proposed
    if (this.#recorded !== undefined) {
      value = Math.min(this.#recorded[this.made.length] ?? 0, count - 1)
    }
    this.made.push(value)
    this.counts.push(count)
    return value
  }
}

/** Choices as one word for a command line: base 36, runs as `value*length`, without the zeros at the end. */
export function renderChoices(choices: readonly number[]): string {
  const words: string[] = []
  const end = choices.findLastIndex((choice) => choice !== 0) + 1
  for (let index = 0; index < end;) {
    let next = index + 1
    while (next < end && choices[next] === choices[index]) next++
    const word = (choices[index] ?? 0).toString(36)
    words.push(next - index === 1 ? word : `${word}*${next - index}`)
    index = next
  }
  return words.length === 0 ? '0' : words.join('.')
}

/** Reads what `renderChoices` wrote. Throws TST_CHOICES. */
export function parseChoices(text: string): number[] {
  return text.split('.').flatMap((word) => {
    const match = /^([\da-z]{1,8})(?:\*(\d{1,7}))?$/.exec(word)
    if (match === null) throw TST_CHOICES({ text, word })
    const value = Number.parseInt(match[1] ?? '', 36)
    return Array.from({ length: Number(match[2] ?? 1) }, () => value)
  })
}
