/** One piece of work for a pool, which knows what became of it. */
export class Parcel {
  readonly id: number
  readonly key: string
  readonly errand: 'work' | 'slowly' | 'crash' | 'crashOnce'
  /** Who it may go to, when it was sent. */
  readonly routees: readonly string[]
  /** How many copies were handled, are dead letters, were dropped. */
  handled = 0
  dead = 0
  dropped = 0
  /** Handlers that failed with it. */
  failures = 0
  isOffered = false
  isReturned = false
  reply: ((id: number) => void) | undefined

  constructor(id: number, parts: Pick<Parcel, 'key' | 'errand' | 'routees'>) {
    this.id = id
    this.key = parts.key
    this.errand = parts.errand
    this.routees = parts.routees
  }

  get fates(): number {
    return this.handled + this.dead + this.dropped + (this.isReturned ? 1 : 0)
  }

  /** For reports. */
  get name(): string {
    return `parcel ${this.id} (${this.errand}, key ${this.key})`
  }
}
