import type { ActorSpec } from './actor.ts'
import type { ActorHandle, ActorHooks } from './hooks.ts'

// On the changed specification: a WeakMap carries short-lived systems through many collections.
const givenKey = Symbol('given')

/** The specification as a simulation wants it, for the actor below `parentPath` that `handle` controls. */
export function instrument<M>(
  hooks: ActorHooks,
  given: ActorSpec<M>,
  handle: object,
  parentPath: string,
): ActorSpec<M> {
  const path = `${parentPath}/${given.id}`
  const spec = hooks.instrument(given, handle as ActorHandle<M>, path)
  if (spec !== given) Reflect.set(spec, givenKey, given)
  return spec
}

/** The specification before a simulation changed it; the same if none did. */
export function givenSpec<M>(spec: ActorSpec<M>): ActorSpec<M> {
  return (Reflect.get(spec, givenKey) as ActorSpec<M> | undefined) ?? spec
}
