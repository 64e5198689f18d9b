import { isMillraceError } from '@millrace/base'
import type { StageInstance, StageScope } from '@millrace/sdk'
import { ENG_INTERNAL, messageOf } from '../errors.ts'
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
    return openStage(this.#parts.spec, this.#scope())
  }

  /** A new instance in place of `old`; undefined, and the job failed, when the restart budget is used up. */
  async rebuild(old: StageInstance): Promise<OpenStage | undefined> {
    const { host } = this.#parts
    await closeQuietly(old)
    while (!host.over) {
      this.count++
      try {
        return await this.open()
      } catch (error) {
        if (this.#exhausted()) {
          host.fail(isMillraceError(error) ? error : ENG_INTERNAL({ message: messageOf(error) }))
        }
      }
    }
    return undefined
  }

  #exhausted(): boolean {
    const { intensity, periodMs } = this.#parts.restart
    const now = this.#parts.host.runtime.monotonic()
    this.#failures = [...this.#failures.filter((at) => now - at < periodMs), now]
    return this.#failures.length > intensity
  }
}
