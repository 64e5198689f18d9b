import type { ExpectedFields } from '../plan/job-spec.ts'
import type { Envelope } from './edge.ts'
import { FieldWatch } from './field-watch.ts'

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

  /** Sentences about the fields that no record has carried. */
  unseen(): readonly string[] {
    return [...this.#open.values()].flatMap((watch) => watch.unseen())
  }
}

function isList(expects: ExpectedFields | undefined): expects is readonly string[] {
  return Array.isArray(expects)
}
