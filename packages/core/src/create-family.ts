import { Family } from './family.ts'
import type { Services } from './services.ts'

/** The family of what an actor spawns: one for one, at most 3 restarts in 60 s; when it gives up, `onEscalate` gets the cause. */
export function createFamily(
  services: Services,
  path: string,
  onEscalate: (cause: unknown) => void,
): Family {
  return new Family({
    path,
    services,
    strategy: 'oneForOne',
    intensity: 3,
    periodMs: 60_000,
    autoShutdown: 'never',
    isStatic: false,
    givesUp: true,
    onEscalate,
  })
}
