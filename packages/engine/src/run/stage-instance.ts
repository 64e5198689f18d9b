import { isMillraceError } from '@millrace/base'
import type { StageInstance, StageScope } from '@millrace/sdk'
import { ENG_HOOK, ENG_START, messageOf } from '../errors.ts'
import type { StageSpec } from '../plan/job-spec.ts'
import { atPlace, type Place, placeOf } from '../plan/place.ts'
import { processKind, type ProcessKind } from './process-kind.ts'

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
export async function openStage(spec: StageSpec, scope: StageScope): Promise<OpenStage> {
  const instance = await step(spec, 'create', () => spec.factory.create(scope))
  try {
    const handlers = new Map(spec.inputs.map(({ name }) => [name, handlerOf(spec, instance, name)]))
    await step(spec, 'open', () => instance.open?.())
    return { instance, handlers }
  } catch (error) {
    await closeQuietly(instance)
    throw error
  }
}

/** Runs one step of start-up. What it throws gets the place of the part; without a code it becomes ENG_START. */
export async function step<T>(
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

/** Closes what failed to open; its own complaint would only hide the cause. */
export async function closeQuietly(instance: { close?(): void | Promise<void> }): Promise<void> {
  try {
    await instance.close?.()
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

/** A hook's throw as an error of the job. */
export function hookError(id: string, hook: string, error: unknown): ReturnType<typeof ENG_HOOK> {
  return ENG_HOOK({ id, hook, message: messageOf(error) }, { stage: id }, error)
}
