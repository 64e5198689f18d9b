/** Members of a line whose places are noted, two places for each. */
const membersMax = 64

/** After so many lines of which fewer than half were laid out as the one before, the lines are taken as all different. */
const trialLines = 4096

/** Stands for: no member that anyone wants. */
export const UNWANTED = -1

/** How the members of a line follow each other: their names in order, as bytes with all that stands around them. */
export class LineLayout {
  /** What stands in front of the values: from a brace or a comma to a colon, one behind the other. */
  bytes: Uint8Array = new Uint8Array(0)
  /** Where each of these ends. */
  readonly ends: number[] = []
  /** Of each member, the number of the field that it is. */
  readonly slots: number[] = []
  readonly #places = new Int32Array(3 * membersMax)
  #noted = 0
  #tried = 0
  #found = 0

  /** Whether lines may be laid out like the last one that was learned. */
  get isWorthTrying(): boolean {
    if (this.#tried < trialLines) return this.ends.length > 0
    if (this.#found * 2 < trialLines) return false
    this.#tried = 0
    this.#found = 0
    return true
  }

  /** A line was read by this layout, or could not be. */
  tried(isFound: boolean): void {
    this.#tried++
    if (isFound) this.#found++
  }

  /** Another line is read member by member. */
  begin(): void {
    this.#noted = 0
  }

  /** What stands in front of a value, and the number of the field. */
  note(from: number, to: number, slot: number): void {
    const at = 3 * this.#noted++
    if (at >= this.#places.length) return
    this.#places[at] = from
    this.#places[at + 1] = to
    this.#places[at + 2] = slot
  }

  /** The line that was read member by member is the one to go by. */
  learn(line: Uint8Array): void {
    this.ends.length = 0
    this.slots.length = 0
    if (this.#tried === trialLines || this.#noted > membersMax) return
    const parts: number[] = []
    for (let member = 0; member < this.#noted; member++) {
      const [from = 0, to = 0, slot = UNWANTED] = this.#places.subarray(3 * member, 3 * member + 3)
      for (let at = from; at < to; at++) parts.push(line[at] as number)
      this.ends.push(parts.length)
      this.slots.push(slot)
    }
    this.bytes = Uint8Array.from(parts)
  }
}
