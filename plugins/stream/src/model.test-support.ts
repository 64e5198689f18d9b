/** A message of the model. */
interface Entry {
  readonly offset: number
  readonly time: number
  readonly value: string
}

/** A window that somebody took, as the model has it. */
export interface ModelWindow {
  readonly first: number
  readonly last: number
  state: 'leased' | 'waiting' | 'dead' | 'gone'
  attempts: number
  due: number
  lease: number
  /** Number of the lease; a window taken back has another one, or none. */
  holder: number | undefined
  error: string | undefined
}

interface ModelGroup {
  next: number
  done: number
  windows: ModelWindow[]
}

export const attemptsMax = 3
export const leaseMs = 100
export const backoffMs = 10
export const backoffMsMax = 15

/** A stream as one would write it with arrays, for one process that never ends. The oracle of the property. */
export class ModelStream {
  now = 1_000_000
  time = 0
  next = 0
  lost = 0
  ended = false
  entries: Entry[] = []
  groups = new Map<string, ModelGroup>()
  #leases = 0

  append(values: readonly string[]): void {
    this.time = Math.max(this.time, this.now)
    for (const value of values) {
      this.entries.push({ offset: this.next++, time: this.time, value })
    }
  }

  take(name: string, size: number): { window: ModelWindow; holder: number } | undefined {
    const group = this.#group(name)
    for (const window of group.windows) {
      if (window.state !== 'leased' || window.lease > this.now) continue
      window.state = window.attempts >= attemptsMax ? 'dead' : 'waiting'
      Object.assign(window, { due: this.now, holder: undefined, error: 'its lease ran out' })
    }
    for (;;) {
      const window = this.#due(group) ?? this.#cut(group, size)
      if (window === undefined) return undefined
      if (this.inside(window).length === 0) {
        this.#drop(group, window)
        continue
      }
      const holder = ++this.#leases
      Object.assign(window, { state: 'leased', lease: this.now + leaseMs, holder })
      window.attempts++
      return { window, holder }
    }
  }

  /** What is left of a window. */
  inside({ first, last }: ModelWindow): readonly string[] {
    return this.entries
      .filter(({ offset }) => offset >= first && offset < last)
      .map(({ value }) => value)
  }

  done(name: string, window: ModelWindow, count: number, keep: boolean): void {
    const group = this.#group(name)
    group.done += count
    this.#drop(group, window)
    if (!keep) this.#deleteDone(Infinity)
  }

  fail(window: ModelWindow, error: string): void {
    window.state = window.attempts >= attemptsMax ? 'dead' : 'waiting'
    window.due = this.now + Math.min(backoffMsMax, backoffMs * 2 ** (window.attempts - 1))
    Object.assign(window, { holder: undefined, error })
  }

  reset(name: string, place: 'earliest' | 'latest' | number): void {
    const group = this.#group(name)
    for (const window of group.windows) Object.assign(window, { state: 'gone', holder: undefined })
    group.windows = []
    if (place === 'earliest') group.next = this.entries[0]?.offset ?? this.next
    else group.next = place === 'latest' ? this.next : Math.min(place, this.next)
  }

  revive(name: string, how: 'retry' | 'discard'): number {
    const dead = this.groups.get(name)?.windows.filter(({ state }) => state === 'dead') ?? []
    for (const window of dead) {
      if (how === 'retry') Object.assign(window, { state: 'waiting', attempts: 0, due: 0 })
      else this.#drop(this.#group(name), window)
    }
    return dead.length
  }

  retain(limits: { count: number; ageMs: number; unread: boolean }): void {
    const tooMany = this.entries.slice(0, Math.max(0, this.entries.length - limits.count))
    const tooOld = this.entries.filter(({ time }) => time < this.now - limits.ageMs)
    const before = Math.max(-1, ...[...tooMany, ...tooOld].map(({ offset }) => offset)) + 1
    if (!limits.unread) return this.#deleteDone(before)
    const gone = this.entries.filter(({ offset }) => offset < before)
    this.lost += gone.filter((entry) => !this.#isDoneByAll(entry.offset)).length
    this.entries = this.entries.filter(({ offset }) => offset >= before)
  }

  stateOf(name: string, offset: number): { state: string; attempts: number; error?: string } {
    const group = this.groups.get(name)
    if (group === undefined || offset >= group.next) return { state: 'waiting', attempts: 0 }
    const window = group.windows.find(({ first, last }) => offset >= first && offset < last)
    if (window === undefined) return { state: 'done', attempts: 0 }
    const { attempts, error, state } = window
    return { state, attempts, ...(error !== undefined && { error }) }
  }

  #group(name: string): ModelGroup {
    const found = this.groups.get(name)
    if (found !== undefined) return found
    const made = { next: this.entries[0]?.offset ?? this.next, done: 0, windows: [] }
    this.groups.set(name, made)
    return made
  }

  #due(group: ModelGroup): ModelWindow | undefined {
    return group.windows
      .filter(({ due, state }) => state === 'waiting' && due <= this.now)
      .toSorted((a, b) => a.first - b.first)[0]
  }

  #cut(group: ModelGroup, size: number): ModelWindow | undefined {
    const waiting = this.entries.filter(({ offset }) => offset >= group.next)
    if (waiting.length < size && !(this.ended && waiting.length > 0)) return undefined
    const taken = waiting.slice(0, size)
    const first = taken[0]?.offset ?? 0
    const last = (taken.at(-1)?.offset ?? 0) + 1
    group.next = last
    const window: ModelWindow = {
      first,
      last,
      state: 'waiting',
      attempts: 0,
      due: 0,
      lease: 0,
      holder: undefined,
      error: undefined,
    }
    group.windows.push(window)
    return window
  }

  #drop(group: ModelGroup, window: ModelWindow): void {
    Object.assign(window, { state: 'gone', holder: undefined })
    group.windows = group.windows.filter((one) => one !== window)
  }

  /** Done by all groups, with everything in front of it that is not dead. */
  #isDoneByAll(offset: number): boolean {
    if (this.groups.size === 0) return false
    return [...this.groups.values()].every(({ next, windows }) => {
      const isFree = windows.every((one) => {
        if (one.state === 'dead') return offset < one.first || offset >= one.last
        return offset < one.first
      })
      return offset < next && isFree
    })
  }

  #deleteDone(before: number): void {
    this.entries = this.entries.filter(
      ({ offset }) => offset >= before || !this.#isDoneByAll(offset),
    )
  }
}
