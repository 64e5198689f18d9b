import type { Alarm, Alarms } from './alarms.ts'

/** Something whose time runs out, in line behind those with the same limit that came before it. */
export abstract class Deadline {
  line: DeadlineLine | undefined
  previous: Deadline | undefined
  next: Deadline | undefined
  dueMs = 0

  /** Its time is over; it must leave its line. */
  abstract expire(limitMs: number): void
}

interface DeadlineLine {
  readonly limitMs: number
  first: Deadline | undefined
  last: Deadline | undefined
  /** For the first, or for one that was the first and has left. */
  alarm: Alarm | undefined
}

/**
 * The time limits of all questions of a system. What has the same limit comes due in the order it came, so a line does
 * for it, and one alarm for each line: nearly every deadline is given up long before it is due.
 */
export class Deadlines {
  readonly #alarms: Alarms
  readonly #lines = new Map<number, DeadlineLine>()
  /** The line used last; it stays when it is empty. */
  #recent: DeadlineLine | undefined

  constructor(alarms: Alarms) {
    this.#alarms = alarms
  }

  /** Lets the time of `deadline` run, `limitMs` from now. */
  add(deadline: Deadline, limitMs: number): void {
    const line = this.#recent?.limitMs === limitMs ? this.#recent : this.#choose(limitMs)
    deadline.line = line
    deadline.dueMs = this.#alarms.nowMs() + limitMs
    deadline.previous = line.last
    if (line.last === undefined) line.first = deadline
    else line.last.next = deadline
    line.last = deadline
    if (line.alarm === undefined) this.#arm(line, deadline)
  }

  /** Takes `deadline` out of its line, if it is in one. */
  remove(deadline: Deadline): void {
    const { line, previous, next } = deadline
    if (line === undefined) return
    if (previous === undefined) line.first = next
    else previous.next = next
    if (next === undefined) line.last = previous
    else next.previous = previous
    deadline.line = undefined
    deadline.previous = undefined
    deadline.next = undefined
    if (line.first === undefined) this.#emptied(line)
  }

  #choose(limitMs: number): DeadlineLine {
    const before = this.#recent
    if (before !== undefined && before.first === undefined) this.#lines.delete(before.limitMs)
    const line = this.#lines.get(limitMs) ?? {
      limitMs,
      first: undefined,
      last: undefined,
      alarm: undefined,
    }
    this.#lines.set(limitMs, line)
    this.#recent = line
    return line
  }

  #emptied(line: DeadlineLine): void {
    // An alarm for nobody would keep the process alive.
    if (line.alarm !== undefined) this.#alarms.clear(line.alarm)
    line.alarm = undefined
    if (line !== this.#recent) this.#lines.delete(line.limitMs)
  }

  #arm(line: DeadlineLine, first: Deadline): void {
    line.alarm = this.#alarms.setAt(first.dueMs, () => this.#ring(line))
  }

  #ring(line: DeadlineLine): void {
    line.alarm = undefined
    const nowMs = this.#alarms.nowMs()
    for (let { first } = line; first !== undefined; first = line.first) {
      if (first.dueMs > nowMs) return this.#arm(line, first)
      first.expire(line.limitMs)
    }
  }
}
