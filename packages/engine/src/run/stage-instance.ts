import { isMillraceError, type MillraceError } from '@millrace/base'
import type { StageInstance, StageScope } from '@millrace/sdk'
import { ENG_HOOK, ENG_SLOW, ENG_START, messageOf } from '../errors.ts'
import type { StageSpec } from '../plan/job-spec.ts'
import { atPlace, type Place, placeOf } from '../plan/place.ts'
import { inTime, TIMEOUT_MS } from './in-time.ts'
import { processKind, type ProcessKind } from './process-kind.ts'
import type { TaskHost } from './task-host.ts'

/** A handler as the stage calls it. */
export interface Handler {
  readonly target: object
  readonly call: (record: unknown, context: unknown) => unknown
  readonly kind: ProcessKind
}

/** An open instance and the handler of each input. */
export interface OpenStage {
  readonly instance: StageInstance
  readonly handlers: ReadonlyMap<string, Handler>
}

/** Makes and opens an instance. Throws coded errors that name the step; what was made is closed again. */
export async function openStage(
  host: TaskHost,
  spec: StageSpec,
  scope: StageScope,
): Promise<OpenStage> {
  const instance = await create(host, spec, () => spec.factory.create(scope))
  try {
    const handlers = new Map(spec.inputs.map(({ name }) => [name, handlerOf(spec, instance, name)]))
    const timeoutMs = Math.max(spec.timeoutMs ?? 0, TIMEOUT_MS)
    await open(host, spec, () => instance.open?.(), timeoutMs)
    return { instance, handlers }
  } catch (error) {
    await closeQuietly(host, spec, instance)
    throw error
  }
}

/** Makes an instance; one that comes after the job is over is closed. No limit: it may wait for resources to open. */
export function create<I extends Closable>(
  host: TaskHost,
  place: Place,
  run: () => I | Promise<I>,
): Promise<I> {
  return start(place, 'create', () => {
    const { runtime, signal } = host
    const made = run()
    if (!(made instanceof Promise)) return made
    const waiting = inTime(made, { runtime, place, step: 'create', timeoutMs: Infinity, signal })
    return waiting.catch((error: unknown) => {
      void made.then((instance) => closeQuietly(host, place, instance)).catch(() => undefined)
      throw error
    })
  })
}

/** Opens an instance: ENG_SLOW when that takes longer than `timeoutMs`. */
export function open<T>(
  host: TaskHost,
  place: Place,
  run: () => T | Promise<T>,
  timeoutMs: number = TIMEOUT_MS,
): Promise<T> {
  return start(place, 'open', () => {
    const { runtime, signal } = host
    const opening = run()
    if (!(opening instanceof Promise)) return opening
    return inTime(opening, { runtime, place, step: 'open', timeoutMs, signal })
  })
}

/** What a step of start-up throws gets the place of the part; without a code it becomes ENG_START. */
async function start<T>(
  place: Place,
  name: 'create' | 'open',
  run: () => T | Promise<T>,
): Promise<T> {
  try {
    return await run()
  } catch (error) {
    if (isMillraceError(error)) throw atPlace(error, place)
    const details = { id: place.id, step: name, message: messageOf(error) }
    throw ENG_START(details, placeOf(place), error)
  }
}

interface Closable {
  close?(): void | Promise<void>
}

/** Closes what failed to open or to go on; its own complaint would only hide the cause. */
export async function closeQuietly(
  host: TaskHost,
  place: Place,
  instance: Closable,
): Promise<void> {
  try {
    const { runtime } = host
    const closing = instance.close?.()
    if (closing instanceof Promise) {
      await inTime(closing, { runtime, place, step: 'close', timeoutMs: TIMEOUT_MS })
    }
  } catch {
    // The cause is reported already.
  }
}

/** The handler of one input: `on[input]`, or `process`. */
function handlerOf(place: Place, instance: StageInstance, input: string): Handler {
  const own = instance.on?.[input]
  const call = (own ?? instance.process) as Handler['call'] | undefined
  if (call === undefined) {
    const message = `the instance has neither process nor on.${input}`
    throw ENG_START({ id: place.id, step: 'create', message }, placeOf(place))
  }
  return {
    target: own === undefined ? instance : (instance.on as object),
    call,
    kind: processKind(call),
  }
}

/** A hook's throw as an error of the job; one that took too long says so already. */
export function hookError(place: Place, hook: string, error: unknown): MillraceError {
  if (isMillraceError(error, ENG_SLOW.code)) return error
  return ENG_HOOK({ id: place.id, hook, message: messageOf(error) }, placeOf(place), error)
}
