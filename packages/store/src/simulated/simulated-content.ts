const SECTOR_BYTES = 16

/** The bytes of a file: as processes see them, and what of them a power cut leaves. */
export class SimulatedContent {
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array()
  #durable: Uint8Array<ArrayBuffer> = new Uint8Array()
  /** Where bytes stand that were not synced. */
  #unsynced: { readonly from: number; readonly to: number }[] = []
  /** Where bytes stand that will never arrive. */
  #lost: { readonly from: number; readonly to: number }[] = []

  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes
  }

  append(bytes: Uint8Array): void {
    const from = this.#bytes.length
    const grown = new Uint8Array(from + bytes.length)
    grown.set(this.#bytes)
    grown.set(bytes, from)
    this.#bytes = grown
    this.#unsynced.push({ from, to: grown.length })
  }

  sync(): void {
    this.#durable = this.#bytes
    this.#unsynced = []
    if (this.#lost.length === 0) return
    this.#durable = this.#bytes.slice()
    for (const { from, to } of this.#lost) this.#durable.fill(0, from, to)
  }

  /** A sync that failed: the bytes will never reach the disk, though they are read as before and no later sync says so. */
  lose(): void {
    this.#lost.push(...this.#unsynced)
    this.#unsynced = []
  }

  /** Bytes that were always there. */
  become(bytes: Uint8Array): void {
    this.#bytes = bytes.slice()
    this.#lost = []
    this.sync()
  }

  /** Of each write that was not synced nothing, all, or any of its sectors arrived; between them zeros. */
  cutPower(random: () => number): void {
    const kept = this.#unsynced.filter(() => random() < 0.6)
    const length = Math.max(this.#durable.length, ...kept.map((write) => write.to))
    const bytes = new Uint8Array(length)
    bytes.set(this.#durable)
    for (const { from, to } of kept) {
      const torn = random() < 0.5
      for (let at = from; at < to; at += SECTOR_BYTES) {
        if (torn && random() < 0.5) continue
        bytes.set(this.#bytes.subarray(at, Math.min(to, at + SECTOR_BYTES)), at)
      }
    }
    this.become(bytes)
  }
}
