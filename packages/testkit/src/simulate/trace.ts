import { inspect } from 'node:util'

import { mixNumber, mixText, mixValue } from './mix.ts'

/** What a line of a trace tells. */
export type TraceKind =
  | 'send'
  | 'receive'
  | 'fault'
  | 'start'
  | 'restart'
  | 'stop'
  | 'deadLetter'
  | 'overflow'
  | 'escalate'
  | 'time'
  | 'note'

/** One event of a simulation. */
export interface TraceEntry {
  /** Turns of actors before it. */
  readonly turn: number
  /** Virtual time, ms. */
  readonly atMs: number
  readonly kind: TraceKind
  /** Path of the actor it happened to; for `send` the receiver. */
  readonly actor: string
  /** Path of the sender; `outside` for what no actor sent. */
  readonly from?: string
  readonly message?: unknown
  /** The name of a fault, the cause of an end. */
  readonly detail?: string
  /** Index in the trace of what led to it: the send of a received message, the receive during which it was sent. */
  readonly cause?: number
}

/** Keeps what happens, and always its hash: two equal hashes mean two equal runs. */
export class Trace {
  readonly entries: TraceEntry[] = []
  readonly isKept: boolean
  hash = 0x811c9dc5
  turn = 0
  atMs = 0
  /** The last receive of each actor; what it does next is caused by it. */
  readonly #received = new Map<string, number>()
  /** Sends not received yet, by receiver. */
  readonly #underway = new Map<string, number[]>()

  constructor(isKept: boolean) {
    this.isKept = isKept
  }

  /** Mixes a turn into the hash. */
  took(ordinal: number): void {
    this.turn++
    this.hash = mixNumber(mixNumber(this.hash, ordinal), this.atMs)
  }

  time(atMs: number): void {
    this.atMs = atMs
    if (this.isKept) this.#add({ kind: 'time', actor: '' })
  }

  sent(from: string, actor: string, message: unknown): void {
    const cause = this.#received.get(from)
    const index = this.#add({ kind: 'send', actor, from, message, ...toCause(cause) })
    const underway = this.#underway.get(actor)
    if (underway === undefined) this.#underway.set(actor, [index])
    else underway.push(index)
  }

  received(actor: string, message: unknown): void {
    this.hash = mixValue(this.hash, message)
    if (!this.isKept) return
    const underway = this.#underway.get(actor) ?? []
    const at = underway.findIndex((send) => Object.is(this.entries[send]?.message, message))
    const cause = at < 0 ? undefined : underway.splice(at, 1)[0]
    const from = cause === undefined ? undefined : this.entries[cause]?.from
    const sender = from === undefined ? {} : { from }
    const entry = { kind: 'receive', actor, message, ...sender, ...toCause(cause) } as const
    this.#received.set(actor, this.#add(entry))
  }

  fault(detail: string, actor: string): void {
    this.hash = mixText(this.hash, detail)
    if (this.isKept) this.happened('fault', actor, detail)
  }

  happened(kind: TraceKind, actor: string, detail?: string, message?: unknown): void {
    const cause = toCause(this.#received.get(actor))
    const text = detail === undefined ? {} : { detail }
    this.#add({ kind, actor, ...text, ...(message === undefined ? {} : { message }), ...cause })
  }

  #add(entry: Omit<TraceEntry, 'turn' | 'atMs'>): number {
    return this.entries.push({ turn: this.turn, atMs: this.atMs, ...entry }) - 1
  }
}

function toCause(cause: number | undefined): { readonly cause?: number } {
  return cause === undefined ? {} : { cause }
}

const options = { depth: 2, breakLength: Infinity, compact: true } as const

/** Actors in a message show as their path: what they are made of tells nothing. */
function withoutActors(value: unknown, depth = 0): unknown {
  if (typeof value !== 'object' || value === null || depth > options.depth) return value
  const { path, tell } = value as { readonly path?: unknown; readonly tell?: unknown }
  if (typeof path === 'string' && typeof tell === 'function') {
    return { [inspect.custom]: () => `<${path}>` }
  }
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, withoutActors(member, depth + 1)]),
  )
}

/** A message in one short line. */
export function renderMessage(message: unknown): string {
  const text = inspect(withoutActors(message), options)
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}

/** A trace as text, one event a line, with the line that caused it. */
export function renderTrace(entries: readonly TraceEntry[]): string {
  const lines = entries.map((entry, index) => {
    const { kind, from, actor, detail, cause } = entry
    const who = from === undefined ? actor : `${from} -> ${actor}`
    const what = 'message' in entry ? ` ${renderMessage(entry.message)}` : ''
    const why = cause === undefined ? '' : ` (of ${cause})`
    const more = detail === undefined ? '' : ` ${detail}`
    return `${index} +${entry.atMs}ms ${kind} ${who}${what}${more}${why}`
      .replaceAll('  ', ' ')
      .trimEnd()
  })
  return lines.join('\n')
}
