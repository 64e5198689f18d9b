import { Family, type FamilyOptions } from './family.ts'
import type { Services } from './services.ts'

/** Makes a family that reports escalations as events. The budget defaults to 3 restarts in 60 s. */
export function createFamily(
  services: Services,
  options: Pick<FamilyOptions, 'path' | 'givesUp' | 'onEscalate'> & {
    readonly intensity?: number | undefined
    readonly periodMs?: number | undefined
  },
): Family {
  const { path, givesUp, onEscalate } = options
  return new Family({
    path,
    givesUp,
    monotonic: () => services.runtime.monotonic(),
    intensity: options.intensity ?? 3,
    periodMs: options.periodMs ?? 60_000,
    onEscalate: (cause, childId) => {
      const { events } = services
      if (events.has('escalated')) events.emit('escalated', { path, childId, cause })
      onEscalate(cause, childId)
    },
  })
}
