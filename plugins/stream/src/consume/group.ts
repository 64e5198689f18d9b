import { messageOf } from '@millrace/base'
import type { Database, Durability } from '../store/database.ts'
import { STREAM_LEASE_LOST, STREAM_OPTION } from '../errors.ts'
import {
  type GroupRow,
  groupOf,
  type GroupState,
  groupState,
  type SpanRow,
} from '../store/group-row.ts'
import type { Lease } from './lease.ts'
import { firstFrom, offsetAt, readMessages } from '../store/messages.ts'
import { offsetOf, checkPlace, type Place } from '../store/place.ts'
import { deleteDone } from '../store/retention.ts'
import { type StreamRow, streamOf } from '../store/stream-row.ts'
import type { StreamRuntime } from '../stream-runtime.ts'
import type { Backlog, Cut, WindowEmitter } from './window-emitter.ts'

/** How a group deals with windows that fail. */
export interface TakeOptions {
  readonly emitter: WindowEmitter
  /** How long a window is leased, ms. */
  readonly leaseMs: number
  /** How often a window is tried before it is dead. */
  readonly attempts: number
  /** Pause before the second attempt, ms; doubled for each further one. */
  readonly backoffMs: number
  readonly backoffMsMax: number
  /** `relaxed`: a power cut may undo that windows are done. Default: `synced`. */
  readonly durability?: Durability
}

/** Consumers of a stream who share its messages: each window goes to one of them. */
export class Group<T = unknown> {
  readonly name: string
  readonly #db: Database
  readonly #stream: { readonly id: number; readonly name: string }
  readonly #from: Place
  readonly #runtime: StreamRuntime

  /** Use `stream.group(name)`. */
  constructor(
    name: string,
    parts: {
      readonly db: Database
      readonly stream: { readonly id: number; readonly name: string }
      readonly from: Place
      readonly runtime: StreamRuntime
    },
  ) {
    this.name = name
    this.#db = parts.db
    this.#stream = parts.stream
    this.#from = parts.from
    this.#runtime = parts.runtime
  }

  /** Leases the next window: first what failed or was left by somebody who died, then what is new. Undefined: nothing is due now. */
  async take(options: TakeOptions): Promise<Lease<T> | undefined> {
    const isDue = await this.#db.read(() => {
      const group = groupOf(this.#db, this.#stream.id, this.name)
      return group === undefined || this.#hasWork(group, options)
    })
    if (!isDue) return undefined
    // A power cut may undo it with all that follows: then nobody has the window.
    return this.#db.write(() => this.#take(options), 'relaxed')
  }

  /** Whether the stream has ended and the group is done with it, but for what is dead. */
  isOver(): Promise<boolean> {
    return this.#db.read(() => {
      const stream = streamOf(this.#db, this.#stream.id, this.#stream.name)
      const group = groupOf(this.#db, stream.id, this.name)
      if (stream.ended === null) return false
      if (group === undefined) return stream.count === 0
      if (firstFrom(this.#db, stream.id, group.next) !== undefined) return false
      const sql = `SELECT 1 FROM span WHERE consumer_group = ? AND state <> 'dead' LIMIT 1`
      return this.#db.get(sql, group.id) === undefined
    })
  }

  /** How far the group is; undefined when nobody ever took anything for it. */
  state(): Promise<GroupState | undefined> {
    return this.#db.read(() => {
      const stream = streamOf(this.#db, this.#stream.id, this.#stream.name)
      const group = groupOf(this.#db, stream.id, this.name)
      return group && groupState(this.#db, stream, group)
    })
  }

  /** Goes on from another place, for a replay or to leave something out. What was leased, waiting or dead is forgotten; who has it cannot finish it. */
  async reset(place: Place): Promise<void> {
    checkPlace(place)
    await this.#db.write(() => {
      const stream = streamOf(this.#db, this.#stream.id, this.#stream.name)
      const group = this.#ensure(stream)
      this.#db.run('DELETE FROM span WHERE consumer_group = ?', group.id)
      const next = offsetOf(this.#db, stream, place)
      this.#db.run('UPDATE consumer_group SET next = ?, period = NULL WHERE id = ?', next, group.id)
    })
  }

  /** Everything in front of an offset is done; nothing behind it changes. For readers that know by themselves how far they are. */
  async advance(offset: number): Promise<void> {
    await this.#db.write(() => {
      const stream = streamOf(this.#db, this.#stream.id, this.#stream.name)
      const group = this.#ensure(stream)
      const sql = 'UPDATE consumer_group SET next = ?, done = done + ? WHERE id = ?'
      const by = offset - group.next
      if (by > 0) this.#db.run(sql, offset, by, group.id)
    })
  }

  /** Gives dead windows to handlers again, with all attempts anew; says how many. */
  retryDead(): Promise<number> {
    return this.#db.write(() => {
      const group = groupOf(this.#db, this.#stream.id, this.name)
      const sql = `UPDATE span SET state = 'waiting', attempts = 0, due = 0 WHERE consumer_group = ? AND state = 'dead'`
      return group === undefined ? 0 : this.#db.run(sql, group.id).changes
    })
  }

  /** Takes dead windows for done; says how many. */
  discardDead(): Promise<number> {
    return this.#db.write(() => {
      const group = groupOf(this.#db, this.#stream.id, this.name)
      const sql = `DELETE FROM span WHERE consumer_group = ? AND state = 'dead'`
      return group === undefined ? 0 : this.#db.run(sql, group.id).changes
    })
  }

  #ensure(stream: StreamRow): GroupRow {
    const found = groupOf(this.#db, stream.id, this.name)
    if (found !== undefined) return found
    const next = offsetOf(this.#db, stream, this.#from)
    const sql = 'INSERT INTO consumer_group (stream, name, created, next) VALUES (?, ?, ?, ?)'
    this.#db.run(sql, stream.id, this.name, this.#runtime.now(), next)
    return groupOf(this.#db, stream.id, this.name) as GroupRow
  }

  /** Whether `#take` would change anything. Only reads, so that whoever waits is in nobody's way. */
  #hasWork(group: GroupRow, { emitter }: TakeOptions): boolean {
    const now = this.#runtime.now()
    const due = `SELECT 1 FROM span WHERE consumer_group = ?
      AND (state = 'waiting' AND due <= ? OR state = 'leased' AND lease <= ?) LIMIT 1`
    if (this.#db.get(due, group.id, now, now) !== undefined) return true
    const stream = streamOf(this.#db, this.#stream.id, this.#stream.name)
    const cut = this.#cut(stream, group, emitter, now)
    if (cut === undefined) return false
    return cut.take !== undefined || ('period' in cut && (cut.period ?? null) !== group.period)
  }

  #take(options: TakeOptions): Lease<T> | undefined {
    const now = this.#runtime.now()
    const stream = streamOf(this.#db, this.#stream.id, this.#stream.name)
    const group = this.#ensure(stream)
    this.#expire(group, options, now)
    for (;;) {
      const span = this.#waiting(group, now) ?? this.#cutNew(stream, group, options.emitter, now)
      if (span === undefined) return undefined
      const { first, last } = span
      const messages = readMessages<T>(this.#db, stream.id, { first, last, limit: last - first })
      // A retention that does not wait for groups may have deleted all of it.
      if (messages.length === 0 && first < last) {
        this.#db.run('DELETE FROM span WHERE id = ?', span.id)
        continue
      }
      const until = now + options.leaseMs
      const owner = `${span.id}-${this.#runtime.random()}`
      const sql = `UPDATE span SET state = 'leased', attempts = attempts + 1, lease = ?, owner = ? WHERE id = ?`
      this.#db.run(sql, until, owner, span.id)
      const leased = { ...span, attempts: span.attempts + 1, owner, lease: until }
      return this.#lease(leased, messages, options)
    }
  }

  /** Takes back what was leased by somebody who did not come back. */
  #expire(group: GroupRow, { attempts }: TakeOptions, now: number): void {
    this.#db.run(
      `UPDATE span SET due = ?, error = 'its lease ran out', owner = NULL,
         state = CASE WHEN attempts >= ? THEN 'dead' ELSE 'waiting' END
       WHERE consumer_group = ? AND state = 'leased' AND lease <= ?`,
      now,
      attempts,
      group.id,
      now,
    )
  }

  #waiting(group: GroupRow, now: number): SpanRow | undefined {
    const sql = `SELECT * FROM span WHERE consumer_group = ? AND state = 'waiting' AND due <= ? ORDER BY first, id LIMIT 1`
    return this.#db.get(sql, group.id, now) as SpanRow | undefined
  }

  #cutNew(
    stream: StreamRow,
    { id }: GroupRow,
    emitter: WindowEmitter,
    now: number,
  ): SpanRow | undefined {
    const group = this.#db.get(
      'SELECT * FROM consumer_group WHERE id = ?',
      id,
    ) as unknown as GroupRow
    const cut = this.#cut(stream, group, emitter, now)
    if (cut === undefined) return undefined
    const { end, start, take } = cut
    const period = 'period' in cut ? (cut.period ?? null) : group.period
    const first = firstFrom(this.#db, stream.id, group.next)?.offset ?? stream.next
    const last = first + (take ?? 0)
    const next = take === undefined ? group.next : last
    const sql = 'UPDATE consumer_group SET next = ?, period = ? WHERE id = ?'
    this.#db.run(sql, next, period, id)
    // What is appended from now on does not belong in front of that, even if the clock goes back.
    const bound = take === undefined ? start : end
    const later = 'UPDATE stream SET time = max(time, ?) WHERE id = ?'
    if (bound !== undefined) this.#db.run(later, Math.min(bound, now), stream.id)
    if (take === undefined) return undefined
    const made = this.#db.run(
      `INSERT INTO span (consumer_group, first, last, start, "end", state, attempts, due, lease)
       VALUES (?, ?, ?, ?, ?, 'waiting', 0, 0, 0)`,
      id,
      first,
      last,
      start ?? null,
      end ?? null,
    )
    return this.#db.get('SELECT * FROM span WHERE id = ?', made.id) as unknown as SpanRow
  }

  #cut(stream: StreamRow, group: GroupRow, emitter: WindowEmitter, now: number): Cut | undefined {
    const head = firstFrom(this.#db, stream.id, group.next)
    const first = head?.offset ?? stream.next
    const count = stream.next - first
    const ended = stream.ended !== null
    if (ended && count === 0) return undefined
    const backlog: Backlog = {
      now,
      count,
      firstTime: head?.time,
      ended,
      period: group.period ?? undefined,
      countBefore: (time) =>
        offsetAt(this.#db, stream.id, { first, next: stream.next, time }) - first,
      peek: (limit) => readMessages(this.#db, stream.id, { first, limit }),
    }
    const cut = emitter.ready(backlog)
    const take = cut?.take ?? 0
    if (Number.isSafeInteger(take) && take >= 0 && take <= count) return cut
    throw STREAM_OPTION({
      problem: `The emitter took ${take} messages where ${count} wait`,
      hint: 'Its "ready" returns { take } with a whole number up to backlog.count, or undefined.',
    })
  }

  #lease(span: SpanRow, messages: Lease<T>['messages'], options: TakeOptions): Lease<T> {
    const { durability, emitter, leaseMs } = options
    const query = emitter.query?.(messages) as readonly T[] | undefined
    const now = (): number => this.#runtime.now()
    const write = <R>(work: () => R): Promise<R> => this.#db.write(work, 'relaxed')
    const held = `id = ? AND state = 'leased' AND owner = ?`
    const lost = (): Error =>
      STREAM_LEASE_LOST({ stream: this.#stream.name, group: this.name, first: span.first })
    /** Changes the span, provided that it is still ours. */
    const change = (sql: string, ...values: (string | number)[]): void => {
      const done = this.#db.run(`${sql} WHERE ${held}`, ...values, span.id, span.owner)
      if (done.changes === 0) throw lost()
    }
    return {
      group: this.name,
      first: span.first,
      last: span.last,
      values: query ?? messages.map(({ value }) => value),
      messages,
      start: span.start ?? undefined,
      end: span.end ?? undefined,
      attempt: span.attempts,
      until: span.lease,
      async extend() {
        this.until = await write(() => {
          const until = now() + leaseMs
          change('UPDATE span SET lease = ?', until)
          return until
        })
      },
      done: ({ keep = true } = {}) =>
        this.#db.write(() => {
          change('DELETE FROM span')
          const sql = 'UPDATE consumer_group SET done = done + ? WHERE id = ?'
          this.#db.run(sql, messages.length, span.consumer_group)
          if (!keep) deleteDone(this.#db, this.#stream.id)
        }, durability),
      fail: (error) =>
        write(() => {
          const state = span.attempts >= options.attempts ? 'dead' : 'waiting'
          const pauseMs = options.backoffMs * 2 ** (span.attempts - 1)
          const due = now() + Math.min(options.backoffMsMax, pauseMs)
          const sql = 'UPDATE span SET state = ?, due = ?, error = ?, owner = NULL'
          change(sql, state, due, messageOf(error))
          return state
        }),
    }
  }
}
