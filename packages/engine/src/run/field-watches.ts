import type { ExpectedFields } from '../plan/job-spec.ts'
import type { Envelope } from './edge.ts'
import { FieldWatch, type Watched } from './field-watch.ts'

/** The watches of one stage or sink, by input; what has been seen in full is watched no more. */
export class FieldWatches {
  readonly #open = new Map<string, FieldWatch>()

  constructor(
    id: string,
    expects: ExpectedFields | undefined,
    inputs: readonly string[],
    warn: (sentence: string) => void,
  ) {
    for (const input of inputs) {
      const fields = isList(expects) ? expects : (expects?.[input] ?? [])
      if (fields.length > 0) this.#open.set(input, new FieldWatch(id, fields, warn))
    }
  }

  look({ edge, batch, start, end }: Envelope): void {
    if (this.#open.size === 0 || batch === undefined) return
    const watch = this.#open.get(edge.input)
    watch?.look(batch.values, start, end)
    if (watch?.done === true) this.#open.delete(edge.input)
  }

  /** What it has come to, by input; an input that it says nothing of carries all that it should. */
  get watched(): Readonly<Record<string, Watched>> {
    return Object.fromEntries([...this.#open].map(([input, watch]) => [input, watch.watched]))
  }

  /** What somebody else has seen so far, who looks at other records. */
  told(by: string, watched: Readonly<Record<string, Watched>>): void {
    for (const [input, watch] of this.#open) {
      watch.told(by, watched[input] ?? { missing: [], records: 0, names: [] })
      if (watch.done) this.#open.delete(input)
    }
  }

  /** Sentences about the fields that no record has carried. */
  unseen(): readonly string[] {
    return [...this.#open.values()].flatMap((watch) => watch.unseen())
  }
}

function isList(expects: ExpectedFields | undefined): expects is readonly string[] {
  return Array.isArray(expects)
}
