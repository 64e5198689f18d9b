import type { Graph } from './graph.ts'
import type { Joined, LateToJoin } from './joins.ts'
import type { Outlet } from './outlet.ts'
import type { Result } from './result.ts'
import { type EventInput, StreamEvent } from './stream-event.ts'
import { idOf, type StreamRef, type Target } from './stream.ts'
import type { LateEvent } from './window-options.ts'
import type { WindowView } from './window-view.ts'

/** The streams among some targets. */
export function streamsOf(...targets: readonly (Target<never> | undefined)[]): readonly string[] {
  return targets.flatMap((target) =>
    target === undefined || typeof target === 'function' ? [] : [idOf(target as StreamRef)],
  )
}

/** Hands results to a target: a function as they are, a stream as events. */
function outletTo<R>(
  graph: Graph,
  target: Target<R>,
  toInput: (result: R, timestamp: number) => EventInput,
): (result: R, timestamp: number) => void | Promise<void> {
  if (typeof target === 'function') return (result) => settled(target(result))
  const channel = graph.channel(idOf(target))
  return (result, timestamp) => {
    return settled(channel.publish(toInput(result, timestamp)))
  }
}

/** What a job waits for: promises, and nothing else. */
function settled(done: unknown): void | Promise<void> {
  return done instanceof Promise ? done.then(() => undefined) : undefined
}

/** Where the results of a processor go. What is not an event becomes the data of one, like the event it was made of. */
export function resultOutlet<R>(graph: Graph, target: Target<R> | undefined): Outlet {
  if (target === undefined) return () => undefined
  const take = outletTo<R>(graph, target, (value) => value as EventInput)
  const isStream = typeof target !== 'function'
  return ({ event, value }: Result, timestamp) => {
    if (!isStream || value instanceof StreamEvent) return take(value as R, timestamp)
    const { eventTime, id, type } = event
    return take({ id, type, data: value, eventTime } as R, timestamp)
  }
}

/** Where windows go when they close. */
export function windowOutlet<T>(
  graph: Graph,
  target: Target<WindowView<T>> | undefined,
): (view: WindowView) => void | Promise<void> {
  if (target === undefined) return () => undefined
  const take = outletTo(graph, target, (view) => ({
    id: view.id,
    type: view.window,
    data: view.toJSON(),
    eventTime: view.end - 1,
  }))
  return (view) => take(view as WindowView<T>, view.end - 1)
}

/** A window's or a join's late record. */
interface Late {
  readonly record: StreamEvent
  readonly watermark: number
  readonly lateBy: number
  readonly windowStart?: number
  readonly windowEnd?: number
  readonly input?: string
}

/** Where events go that came too late; nothing where they are to be dead letters. */
export function lateOutlet(
  graph: Graph,
  id: string,
  target: Target<never> | undefined,
): { readonly late?: Outlet } {
  if (target === undefined) return {}
  const toLate = ({ record: event, input, lateBy, watermark, ...window }: Late): object =>
    input === undefined
      ? { event, window: id, ...startAndEnd(window), watermark, lateBy }
      : { event, input, watermark, lateBy }
  const known = target as Target<object>
  const take = outletTo(graph, known, (late) => (late as LateEvent | LateToJoin).event)
  return { late: (late: Late, timestamp) => take(toLate(late), timestamp) }
}

function startAndEnd({ windowEnd, windowStart }: Pick<Late, 'windowStart' | 'windowEnd'>): object {
  return { windowStart, windowEnd }
}

/** Where pairs of a join go. */
export function joinOutlet<L, R>(
  graph: Graph,
  id: string,
  target: Target<Joined<L, R>> | undefined,
): Outlet {
  if (target === undefined) return () => undefined
  const take = outletTo(graph, target, ({ left, right }, timestamp) => ({
    id: [left?.id, right?.id].filter((part) => part !== undefined).join('+'),
    type: id,
    data: { left: left?.data ?? null, right: right?.data ?? null },
    eventTime: timestamp,
  }))
  return ({ left, right }: Joined<L, R>, timestamp) => take({ left, right }, timestamp)
}
