import type { ActorRef, ActorSpec } from './actor.ts'
import { createManualRuntime, type ManualRuntime } from './manual-runtime.ts'
import { createActorSystem, type ActorSystem } from './system.ts'

/** A system with one actor that notes what it gets. */
export interface Recorder {
  readonly runtime: ManualRuntime
  readonly system: ActorSystem
  readonly actor: ActorRef<string>
  readonly seen: readonly string[]
}

/** The actor fails on `crash`; its first start is still to run. */
export function createRecorder(
  spec: Partial<ActorSpec<string>>,
  handle: (message: string, runtime: ManualRuntime) => void | Promise<void> = () => undefined,
): Recorder {
  const runtime = createManualRuntime()
  const system = createActorSystem({ runtime })
  const seen: string[] = []
  const actor = system.spawn<string>({
    id: 'a',
    create: () => ({
      receive(message) {
        seen.push(message)
        if (message === 'crash') throw new Error('crash')
        return handle(message, runtime)
      },
    }),
    ...spec,
  })
  return { runtime, system, actor, seen }
}
