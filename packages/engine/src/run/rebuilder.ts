import { messageOf } from '@millrace/base'
import { RestartBudget } from '@millrace/core'
import type { StageInstance, StageScope } from '@millrace/sdk'
import { ENG_RESTARTS } from '../errors.ts'
import { placeOf } from '../plan/place.ts'
import type { StageParts } from './stage-parts.ts'
import { closeQuietly } from './open-instance.ts'
import { type OpenStage, openStage } from './stage-instance.ts'

/** Makes a stage's instances, the first one and those after an uncoded throw. */
export class Rebuilder {
  readonly #parts: StageParts
  readonly #scope: () => StageScope
  /** Instances made after the first. */
  count = 0
  readonly #budget: RestartBudget

  constructor(parts: StageParts, scope: () => StageScope) {
    this.#parts = parts
    this.#scope = scope
    this.#budget = new RestartBudget(parts.restart.intensity, parts.restart.periodMs)
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
        const nowMs = host.runtime.monotonic()
        if (this.#budget.grant(nowMs)) continue
        const failures = this.#budget.attempts(nowMs).length
        const details = { id: spec.id, failures, ...restart, last: messageOf(error) }
        host.fail(ENG_RESTARTS(details, placeOf(spec), error))
      }
    }
    return undefined
  }
}
