import { isMillraceError, messageOf, type MillraceError } from '@millrace/base'
import type { WatermarkStrategy } from '@millrace/sdk'
import { ENG_WATERMARKS } from '../errors.ts'
import type { SourceSpec, TimeSpec } from '../plan/job-spec.ts'
import { atPlace, type Place, placeOf } from '../plan/place.ts'

/** The event time of a source whose watermark strategy is blamed for what it throws, and not the input or the checkpoint. */
export function blamedTime({ time, ...source }: SourceSpec): TimeSpec | undefined {
  if (time?.watermarks === undefined) return time
  const { watermarks } = time
  return { ...time, watermarks: () => new BlamedStrategy(source, watermarks) }
}

class BlamedStrategy implements WatermarkStrategy {
  readonly #source: Place
  readonly #strategy: WatermarkStrategy

  constructor(source: Place, make: () => WatermarkStrategy) {
    this.#source = source
    this.#strategy = make()
  }

  after(timestamp: number, record: unknown): number {
    try {
      return this.#strategy.after(timestamp, record)
    } catch (error) {
      throw this.#fault('after', error)
    }
  }

  snapshot(): unknown {
    try {
      return this.#strategy.snapshot?.()
    } catch (error) {
      throw this.#fault('snapshot', error)
    }
  }

  restore(kept: unknown): void {
    try {
      this.#strategy.restore?.(kept)
    } catch (error) {
      throw this.#fault('restore', error)
    }
  }

  #fault(method: string, error: unknown): MillraceError {
    const source = this.#source
    if (isMillraceError(error)) return atPlace(error, source)
    const details = { id: source.id, method, message: messageOf(error) }
    return ENG_WATERMARKS(details, placeOf(source), error)
  }
}
