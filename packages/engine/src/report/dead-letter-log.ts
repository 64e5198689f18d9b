/** Most dead letters quoted in a summary. */
const FIRST_MAX = 5

/** A dead letter as a summary quotes it. */
export interface QuotedLetter {
  readonly code: string
  readonly message: string
  /** Where its record came from. */
  readonly at: string
}

/** The dead letters of one part of a job, as a checkpoint keeps them. */
export interface SavedLetters {
  readonly byCode: Readonly<Record<string, number>>
  /** At most 5. */
  readonly first: readonly QuotedLetter[]
  /** How many got their number here, having no place in an input. */
  readonly unplaced: number
}

/** What one source, stage or sink has written of dead letters. */
export class PartLetters {
  readonly byCode = new Map<string, number>()
  readonly #first: QuotedLetter[] = []
  readonly #quoted: QuotedLetter[]
  #unplaced = 0

  constructor(quoted: QuotedLetter[]) {
    this.#quoted = quoted
  }

  add(letter: QuotedLetter): void {
    this.byCode.set(letter.code, (this.byCode.get(letter.code) ?? 0) + 1)
    if (this.#first.length < FIRST_MAX) this.#quote(letter)
  }

  /** The number of the next one that has no place in an input. */
  nextUnplaced(): number {
    return this.#unplaced++
  }

  snapshot(): SavedLetters {
    const { byCode } = this
    return {
      byCode: Object.fromEntries(byCode),
      first: [...this.#first],
      unplaced: this.#unplaced,
    }
  }

  /** Goes on from what an earlier run had written, or from what is known of it now. */
  load({ byCode, first, unplaced }: SavedLetters): void {
    for (const [code, count] of Object.entries(byCode)) this.byCode.set(code, count)
    for (const letter of first.slice(this.#first.length)) this.#quote(letter)
    this.#unplaced = unplaced
  }

  #quote(letter: QuotedLetter): void {
    this.#first.push(letter)
    if (this.#quoted.length < FIRST_MAX) this.#quoted.push(letter)
  }
}

/** What the summary says about dead letters. */
export class DeadLetterLog {
  readonly #parts: PartLetters[] = []
  readonly #first: QuotedLetter[] = []

  /** The log of one part. */
  part(): PartLetters {
    const part = new PartLetters(this.#first)
    this.#parts.push(part)
    return part
  }

  get count(): number {
    let count = 0
    for (const { byCode } of this.#parts) for (const some of byCode.values()) count += some
    return count
  }

  get byCode(): ReadonlyMap<string, number> {
    const all = new Map<string, number>()
    for (const { byCode } of this.#parts) {
      for (const [code, count] of byCode) all.set(code, (all.get(code) ?? 0) + count)
    }
    return all
  }

  /** At most 5. */
  get first(): readonly QuotedLetter[] {
    return this.#first
  }
}
