import { isMillraceError, messageOf, type Runtime } from '@millrace/base'
import { ENG_INTERNAL } from '../errors.ts'
import { expandParallel } from '../plan/expand-parallel.ts'
import type { JobSpec } from '../plan/job-spec.ts'
import { withOutline, withWorkers } from './outline.ts'
import type { Compile } from './row-code.ts'
import { Segment } from './segment.ts'
import { toSent } from './sent-error.ts'
import type { LinkMessage } from './link-message.ts'
import type { ThreadSide, ToThread } from './thread-message.ts'

/** The job of a worker thread, built there anew. */
export interface OwnJob {
  /** As the job's own thread has it, but for what is in no thread but that. */
  readonly spec: JobSpec
  dispose(): Promise<void>
}

/** What a worker thread needs to run its part of a job. */
export interface ServeOptions {
  readonly side: ThreadSide
  readonly runtime: Runtime
  /** Makes functions of their texts. Default: records take half as long again to take apart. */
  readonly compile?: Compile | undefined
  /** Builds the job. A rejection is that of the job's start. */
  readonly load: () => Promise<OwnJob>
}

/** Runs the stages of this worker thread: begins to load at once, and does what the job's thread says. */
export function serveThread({ compile, load, runtime, side }: ServeOptions): void {
  const { main } = side
  const loading = load()
  // Whoever starts it hears of that.
  loading.catch(() => undefined)
  let segment: Segment | undefined
  const early: (ToThread | LinkMessage)[] = []
  const start = async (message: ToThread & { readonly kind: 'start' }): Promise<void> => {
    try {
      const { outline } = message
      const whole = withWorkers((await loading).spec, outline)
      const spec = withOutline(expandParallel(whole), outline)
      const { hasCheckpoints, restored, sources } = message
      const own = { spec, side, runtime, compile, hasCheckpoints, restored, sources }
      segment = new Segment(own)
    } catch (error) {
      const coded = isMillraceError(error)
        ? error
        : ENG_INTERNAL({ message: messageOf(error) }, undefined, error)
      main.post({ kind: 'failed', error: toSent(coded) })
      return
    }
    for (const waiting of early) segment.take(waiting)
    await segment.open()
  }
  const close = async (): Promise<void> => {
    await segment?.close()
    await loading.then(
      (job) => job.dispose(),
      () => undefined,
    )
    main.post({ kind: 'closed' })
  }
  main.listen((message) => {
    if (message.kind === 'ping') main.post({ kind: 'pong' })
    else if (message.kind === 'start') void start(message)
    else if (message.kind === 'close') void close()
    else if (segment === undefined) early.push(message)
    else segment.take(message)
  })
}
