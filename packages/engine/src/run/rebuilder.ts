import type { MillraceError } from '@millrace/base'
import type { StageInstance, StageScope } from '@millrace/sdk'
import { closeQuietly } from './open-instance.ts'
import { Restarts } from './restarts.ts'
import { type OpenStage, openStage } from './stage-instance.ts'
import type { StageParts } from './stage-parts.ts'

/** Makes a stage's instances: the first one, those after an uncoded throw and those after a crash. */
export class Rebuilder {
  readonly #parts: StageParts
  readonly #restarts: Restarts
  readonly #open: () => Promise<OpenStage>

  /** `made` is told of each instance before it is opened. */
  constructor(parts: StageParts, scope: () => StageScope, made: () => void) {
    this.#parts = parts
    this.#restarts = new Restarts(parts.host, parts.spec, parts.spec.restart)
    this.#open = () => openStage(parts.host, parts.spec, scope(), made)
  }

  /** Instances made, or tried, after the first. */
  get count(): number {
    return this.#restarts.count
  }

  open(): Promise<OpenStage> {
    return this.#restarts.first(this.#open)
  }

  /** A new instance in place of `old`, within the restart budget where that one crashed. Throws what ends the job. */
  async rebuild(old: StageInstance, crash: MillraceError | undefined): Promise<OpenStage> {
    const { host, spec, timers } = this.#parts
    timers.clear()
    await closeQuietly(host, spec, old)
    return crash === undefined
      ? this.#restarts.anew(this.#open)
      : this.#restarts.after(crash, this.#open)
  }
}
