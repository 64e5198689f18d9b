import type { InstanceScope } from '@millrace/sdk'
import type { ResourceSpec } from '../plan/job-spec.ts'
import { openInstance } from './open-instance.ts'
import type { PartTimers } from './part-timers.ts'
import { Restarts } from './restarts.ts'
import type { TaskHost } from './task-host.ts'

/** A resource of one incarnation of a pipeline: open before the first stage is made, closed after the last. */
export class SharedResource {
  readonly #host: TaskHost
  readonly #spec: ResourceSpec
  readonly #scope: InstanceScope
  readonly #timers: PartTimers
  readonly #restarts: Restarts

  constructor(host: TaskHost, spec: ResourceSpec, scope: InstanceScope, timers: PartTimers) {
    this.#host = host
    this.#spec = spec
    this.#scope = scope
    this.#timers = timers
    this.#restarts = new Restarts(host, spec, spec.restart)
  }

  /** How often its start was tried again. */
  get restarts(): number {
    return this.#restarts.count
  }

  async open(): Promise<void> {
    const { factory } = this.#spec
    await this.#restarts.first(() => {
      this.#timers.clear()
      return openInstance(this.#host, this.#spec, async () => {
        await factory.open(this.#scope)
        return {}
      })
    })
  }

  async close(): Promise<void> {
    this.#timers.clear()
    await this.#spec.factory.close()
  }
}
