import type { RecordContext, StageFactory, StageInstance } from '@millrace/sdk'
import type { StreamEvent } from './stream-event.ts'

/** A result of the window stage, and the event that made it. */
export class Tagged {
  readonly update: Readonly<Record<string, unknown>>
  readonly event: StreamEvent

  constructor(update: Readonly<Record<string, unknown>>, event: StreamEvent) {
    this.update = update
    this.event = event
  }
}

/** The context of a record, whose results carry the event in hand. */
class TaggingContext implements RecordContext {
  readonly #context: RecordContext
  readonly #event: StreamEvent

  constructor(context: RecordContext, event: StreamEvent) {
    this.#context = context
    this.#event = event
  }

  get timestamp(): number {
    return this.#context.timestamp
  }

  get key(): RecordContext['key'] {
    return this.#context.key
  }

  get watermark(): number {
    return this.#context.watermark
  }

  get signal(): AbortSignal {
    return this.#context.signal
  }

  emit(value: unknown, options?: { readonly timestamp?: number }): void {
    this.#context.emit(new Tagged(value as Tagged['update'], this.#event), options)
  }

  reject(code: string, message: string): void {
    this.#context.reject(code, message)
  }

  skip(reason: string): void {
    this.#context.skip(reason)
  }

  exit(reason: string, value?: unknown): void {
    this.#context.exit(reason, value)
  }
}

/** A stage whose results of a record say which record it was; those of a watermark are as they were. */
export function taggedFactory(factory: StageFactory): StageFactory {
  const tagged = (inner: StageInstance): StageInstance => {
    const process = inner.process?.bind(inner)
    const take = (event: StreamEvent, context: RecordContext): unknown =>
      process?.(event as never, new TaggingContext(context, event))
    const { lagMs } = inner
    return {
      ...(lagMs === undefined ? {} : { lagMs }),
      process: take,
      onWatermark: (watermark, context) => inner.onWatermark?.(watermark, context),
    }
  }
  return { ...factory, create: async (scope) => tagged(await factory.create(scope)) }
}
