import type { StageInstance, StageScope } from '@millrace/sdk'
import { ENG_RESTARTS, messageOf } from '../errors.ts'
import { placeOf } from '../plan/place.ts'
import type { StageParts } from './stage-parts.ts'
import { closeQuietly, type OpenStage, openStage } from './stage-instance.ts'

/** Makes a stage's instances, the first one and those after an uncoded throw. */
export class Rebuilder {
  readonly #parts: StageParts
  readonly #scope: () => StageScope
  /** Instances made after the first. */
  count = 0
  /** When making one failed, monotonic ms, within the budget's period. */
  #failures: number[] = []

  constructor(parts: StageParts, scope: () => StageScope) {
    this.#parts = parts
    this.#scope = scope
  }

  open(): Promise<OpenStage> {
    return openStage(this.#parts.host, this.#parts.spec, this.#scope())
  }

  /** A new instance in place of `old`; undefined, and the job failed, when the restart budget is used up. */
  async rebuild(old: StageInstance): Promise<OpenStage | undefined> {
    const { host, restart, spec } = this.#parts
    await closeQuietly(host, spec, old)
    while (!host.over) {
      this.count++
      try {
        return await this.open()
      } catch (error) {
        const failures = this.#failed()
        if (failures <= restart.intensity) continue
        const details = { id: spec.id, failures, ...restart, last: messageOf(error) }
        host.fail(ENG_RESTARTS(details, placeOf(spec), error))
      }
    }
    return undefined
  }

  /** Counts a failure; returns how many there were within the budget's period. */
  #failed(): number {
    const { periodMs } = this.#parts.restart
    const now = this.#parts.host.runtime.monotonic()
    this.#failures = [...this.#failures.filter((at) => now - at < periodMs), now]
    return this.#failures.length
  }
}
