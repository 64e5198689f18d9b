import { parseDuration } from '@millrace/base'
import { compilePath } from '@millrace/expression/path'
import type { StageFactory } from '@millrace/sdk'
import { window } from '@millrace/window'
import { pluginStage } from './plugin-stage.ts'
import { Tagged, taggedFactory } from './tagged-window.ts'
import type { WindowOptions } from './window-options.ts'
import { type WindowFrame, type WindowType, WindowView } from './window-view.ts'

/** Which windows there are, as the window stage takes it. */
export type WindowKind =
  | { readonly tumbling: string; readonly offset?: string | undefined }
  | {
      readonly sliding: { readonly size: string; readonly every: string }
      readonly offset?: string | undefined
    }
  | { readonly session: string }

/** The value that the views' count is made of. */
const COUNT = 'classicCount'

/** A result of the window stage: each event gives one for each of its windows, and each window one when it closes. */
interface Update extends Readonly<Record<string, unknown>> {
  readonly windowStart: number
  readonly windowEnd: number
  readonly final: boolean
  readonly replaces?: readonly number[]
}

/** Where windows of one size start. */
interface Grid {
  readonly sizeMs: number
  readonly slideMs: number
  readonly offsetMs: number
}

/** The windows of one name: the stage that decides what is in them, and views of them. */
export class Windows {
  readonly id: string
  readonly type: WindowType
  readonly keyNames: readonly string[]
  readonly factory: StageFactory
  readonly #aggregates: readonly string[]
  readonly #frame: Pick<WindowFrame, 'keepsEvents' | 'latenessMs'>
  readonly #keep: number
  readonly #grid: Grid | undefined
  readonly #gapMs: number
  readonly #watermark: () => number
  readonly #open = new Map<string, WindowView>()
  readonly #closed: WindowView[] = []

  /** `watermark` is that of the stage. Throws CLASSIC_OPTION. */
  constructor(
    id: string,
    kind: WindowKind,
    { options, watermark }: { readonly options: WindowOptions; readonly watermark: () => number },
  ) {
    const { aggregate = {}, by = [], keep = 100, keepsEvents = true, lateness = '0s' } = options
    this.id = id
    this.type = 'tumbling' in kind ? 'tumbling' : 'sliding' in kind ? 'sliding' : 'session'
    this.keyNames = typeof by === 'string' ? [by] : by
    this.#aggregates = Object.keys(aggregate)
    const values = { ...aggregate, [COUNT]: 'count()' }
    const parameters = { ...kind, lateness, emit: 'update', aggregate: values }
    const surroundings = { ends: true, keys: this.keyNames }
    this.factory = taggedFactory(pluginStage(`Window "${id}"`, window, parameters, surroundings))
    this.#frame = { keepsEvents, latenessMs: msOf(lateness) }
    this.#keep = keep
    this.#grid = gridOf(kind)
    this.#gapMs = 'session' in kind ? msOf(kind.session) : 0
    this.#watermark = watermark
  }

  /** Those that are closed and still kept, and those that are not, by start. */
  get all(): readonly WindowView[] {
    const byStart = (a: WindowView, b: WindowView): number => a.start - b.start
    return [...this.#closed, ...this.#open.values()].toSorted(byStart)
  }

  get openCount(): number {
    return this.#open.size
  }

  get closedCount(): number {
    return this.#closed.length
  }

  /** Events that are held. */
  get held(): number {
    const views = [...this.#open.values(), ...this.#closed]
    return views.reduce((sum, { held }) => sum + held, 0)
  }

  /** Takes a result of the stage; the window, where it has closed. */
  take(result: Tagged | Tagged['update']): WindowView | undefined {
    const event = result instanceof Tagged ? result.event : undefined
    const update = (result instanceof Tagged ? result.update : result) as Update
    const view = this.#viewOf(update)
    if (event !== undefined) view.add(event)
    for (const start of update.replaces ?? []) this.#takeIn(view, start)
    view.count = update[COUNT] as number
    view.values = Object.fromEntries(this.#aggregates.map((name) => [name, update[name]]))
    if (!update.final) return undefined
    this.#open.delete(nameOf(view.start, view.key))
    this.#closed.push(view)
    while (this.#closed.length > this.#keep) this.#closed.shift()
    return view
  }

  /** The windows that an event belongs to by its time, oldest first: those there are, else empty ones. */
  assign(event: unknown, time: number): readonly WindowView[] {
    const key = this.#keyOf((path) => compilePath(path).read(event))
    if (this.#grid === undefined) {
      const end = time + this.#gapMs
      const found = this.all.filter(
        (view) => view.start < end && time < view.end && sameKey(view.key, key),
      )
      return found.length > 0 ? found : [this.#view(time, end, key)]
    }
    const { sizeMs } = this.#grid
    const kept = this.all
    return startsOf(this.#grid, time).map(
      (start) =>
        kept.find((view) => view.start === start && sameKey(view.key, key)) ??
        this.#view(start, start + sizeMs, key),
    )
  }

  #viewOf(update: Update): WindowView {
    const key = this.#keyOf((path) => update[path])
    const name = nameOf(update.windowStart, key)
    let view = this.#open.get(name)
    if (view === undefined) {
      view = this.#view(update.windowStart, update.windowEnd, key)
      this.#open.set(name, view)
    }
    // A session grows.
    view.end = update.windowEnd
    return view
  }

  #takeIn(view: WindowView, start: number): void {
    const name = nameOf(start, view.key)
    const other = this.#open.get(name)
    if (other === undefined) return
    view.takeIn(other)
    this.#open.delete(name)
  }

  #keyOf(read: (path: string) => unknown): Readonly<Record<string, unknown>> | undefined {
    if (this.keyNames.length === 0) return undefined
    return Object.fromEntries(this.keyNames.map((path) => [path, read(path)]))
  }

  #view(start: number, end: number, key: WindowFrame['key']): WindowView {
    const frame = { ...this.#frame, window: this.id, type: this.type, key, start, end }
    return new WindowView(frame, this.#watermark)
  }
}

/** Starts of the windows that hold a time, ascending. */
export function startsOf({ offsetMs, sizeMs, slideMs }: Grid, time: number): readonly number[] {
  const starts: number[] = []
  const last = Math.floor((time - offsetMs) / slideMs) * slideMs + offsetMs
  for (let start = last; start > time - sizeMs; start -= slideMs) starts.unshift(start)
  return starts
}

function gridOf(kind: WindowKind): Grid | undefined {
  if ('session' in kind) return undefined
  const { offset = '0s' } = kind
  const offsetMs = offset.startsWith('-') ? -msOf(offset.slice(1)) : msOf(offset)
  if ('tumbling' in kind) {
    const sizeMs = msOf(kind.tumbling)
    return { sizeMs, slideMs: sizeMs, offsetMs }
  }
  return { sizeMs: msOf(kind.sliding.size), slideMs: msOf(kind.sliding.every), offsetMs }
}

const msOf = (text: string): number => parseDuration(text) ?? Number.NaN
const nameOf = (start: number, key: WindowFrame['key']): string => JSON.stringify([start, key])

function sameKey(a: WindowFrame['key'], b: WindowFrame['key']): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
