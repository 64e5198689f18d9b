import type { Process, RecordContext, StageFactory, StageInstance } from '@millrace/sdk'
import type { Entry } from './entry.ts'

/** What is known of a stage that runs. */
export interface StageWatch {
  /** The watermark that the stage has dealt with. */
  mark: number
  /** Watermarks that came without an event: the stage itself does not see them. */
  marksAlone: number
}

/** A stage that takes events out of their entries, and whose watermark is watched. */
export function watchedStage(factory: StageFactory, watch: StageWatch): StageFactory {
  const taking = (take: Process) => (entry: Entry, context: RecordContext) => {
    if (entry.event !== undefined) return take(entry.event, context)
    watch.marksAlone++
    return context.skip('watermark')
  }
  const watched = (inner: StageInstance): StageInstance => {
    const { lagMs, on, process } = inner
    const handlers = Object.entries(on ?? {}).map(([name, take]) => [name, taking(take as Process)])
    return {
      ...(lagMs === undefined ? {} : { lagMs }),
      ...(process === undefined ? {} : { process: taking(process.bind(inner) as Process) }),
      ...(on === undefined ? {} : { on: Object.fromEntries(handlers) as typeof on }),
      ...(inner.onTimer === undefined ? {} : { onTimer: inner.onTimer.bind(inner) }),
      onWatermark(watermark, context) {
        inner.onWatermark?.(watermark, context)
        watch.mark = watermark
      },
      onEnd: (context) => inner.onEnd?.(context),
      open: () => inner.open?.(),
      close: () => inner.close?.(),
    }
  }
  return {
    traits: factory.traits,
    create: async (scope) => watched(await factory.create(scope)),
    dispose: () => factory.dispose(),
  }
}
