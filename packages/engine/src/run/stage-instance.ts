import { isMillraceError, messageOf, type MillraceError } from '@millrace/base'
import type { StageInstance, StageScope } from '@millrace/sdk'
import { ENG_HOOK, ENG_SLOW, ENG_START } from '../errors.ts'
import type { StageSpec } from '../plan/job-spec.ts'
import { type Place, placeOf } from '../plan/place.ts'
import { TIMEOUT_MS } from './in-time.ts'
import { open, openInstance } from './open-instance.ts'
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

/** Makes and opens an instance; `wasMade` is told in between. Throws coded errors that name the step; what was made is closed again. */
export async function openStage(
  host: TaskHost,
  spec: StageSpec,
  scope: StageScope,
  wasMade: () => void,
): Promise<OpenStage> {
  let handlers: OpenStage['handlers'] = new Map()
  const instance = await openInstance<StageInstance>(
    host,
    spec,
    () => spec.factory.create(scope),
    (made) => {
      handlers = new Map(spec.inputs.map(({ name }) => [name, handlerOf(spec, made, name)]))
      wasMade()
      const timeoutMs = Math.max(spec.timeoutMs ?? 0, TIMEOUT_MS)
      return open(host, spec, () => made.open?.(), timeoutMs)
    },
  )
  return { instance, handlers }
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
