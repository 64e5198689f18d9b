import type { SimulatedContent } from './simulated-content.ts'

interface NameChange {
  readonly name: string
  /** What has the name now; undefined: nothing. */
  readonly content?: SimulatedContent
  /** The name it had before. */
  readonly gone?: string
}

/** Names in a folder: as processes see them, and what of them a power cut leaves. */
export class SimulatedFolder {
  #names = new Map<string, SimulatedContent>()
  #durable = new Map<string, SimulatedContent>()
  #unsynced: NameChange[] = []

  get names(): ReadonlyMap<string, SimulatedContent> {
    return this.#names
  }

  change(change: NameChange): void {
    apply(this.#names, change)
    this.#unsynced.push(change)
  }

  sync(): void {
    this.#durable = new Map(this.#names)
    this.#unsynced = []
  }

  /** Of the changes that were not synced any arrived; each whole or not at all. */
  cutPower(random: () => number): void {
    const names = new Map(this.#durable)
    for (const change of this.#unsynced) if (random() < 0.5) apply(names, change)
    this.#names = names
    this.sync()
  }
}

function apply(names: Map<string, SimulatedContent>, { name, content, gone }: NameChange): void {
  if (gone !== undefined) names.delete(gone)
  if (content === undefined) names.delete(name)
  else names.set(name, content)
}
