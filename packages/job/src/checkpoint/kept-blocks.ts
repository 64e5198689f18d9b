import { invariant } from '@millrace/base'
import type { StageChanges } from '@millrace/engine'
import type { SectionWrite } from '@millrace/store'

/** The blocks of one checkpoint in a section. */
export interface KeptBlock {
  /** That of the changes. */
  readonly number: number
  readonly blocks: number
}

/** Which blocks of each section are whose, so that those that nobody needs any more can go. */
export class KeptBlocks {
  readonly #sections = new Map<string, readonly KeptBlock[]>()
  /** What the sections are once the commit in hand is durable. */
  #next = new Map<string, readonly KeptBlock[]>()

  /** What is in a section, in order. */
  found(section: string, kept: readonly KeptBlock[]): void {
    this.#sections.set(section, kept)
  }

  /** What a commit does to the section of a stage; `settle` when it is durable. */
  write(
    section: string,
    { number, since }: Pick<StageChanges, 'number' | 'since'>,
    blocks: readonly Uint8Array[],
  ): SectionWrite {
    const before = number === 1 ? [] : (this.#sections.get(section) ?? [])
    const last = before.at(-1)?.number ?? 0
    invariant(number === 1 || number === last + 1, 'Changes of a stage are missing.')
    const gone = before.filter((kept) => kept.number < since)
    const drop = gone.reduce((sum, kept) => sum + kept.blocks, 0)
    this.#next.set(section, [...before.slice(gone.length), { number, blocks: blocks.length }])
    return number === 1 ? { blocks, replace: true } : { blocks, drop }
  }

  /** What was written last is durable. */
  settle(): void {
    for (const [section, kept] of this.#next) this.#sections.set(section, kept)
    this.#next = new Map()
  }
}
