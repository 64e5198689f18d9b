import type { ActorRef, ActorSpec } from './actor.ts'
import { createManualRuntime } from './manual-runtime.ts'
import { createActorSystem } from './system.ts'

/** A system on a virtual clock, and actors that trace their starts and crash with what they are told. */
export function createCrashingActors() {
  const runtime = createManualRuntime()
  const system = createActorSystem({ runtime })
  const trace: string[] = []
  const refs = new Map<string, ActorRef<string>>()
  const actor = (id: string, extra: Partial<ActorSpec<string>> = {}): ActorSpec<string> => ({
    id,
    ...extra,
    create(context) {
      refs.set(id, context.self)
      trace.push(`${id} starts ${context.incarnation}`)
      return {
        receive(message) {
          throw new Error(message)
        },
      }
    },
  })
  const crash = (id: string, message = `${id} crashed`): void => refs.get(id)?.tell(message)
  return { runtime, system, trace, actor, crash }
}
