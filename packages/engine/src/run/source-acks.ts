import type { SourceInstance } from '@millrace/sdk'
import type { SourceSnapshot } from '../checkpoint/checkpoint.ts'
import type { Place } from '../plan/place.ts'
import { inTime, TIMEOUT_MS } from './in-time.ts'
import { sourceError } from './source-error.ts'
import type { TaskHost } from './task-host.ts'

/** Tells a source what is durable. */
export class SourceAcks {
  readonly #host: TaskHost
  readonly #place: Place
  /** Where partitions ended of which it has not been told that they are over. */
  readonly #ends: Map<string, unknown>

  constructor(host: TaskHost, place: Place, restored: SourceSnapshot | undefined) {
    this.#host = host
    this.#place = place
    this.#ends = new Map(Object.entries(restored?.ends ?? {}))
  }

  /** What a checkpoint keeps of it. */
  get snapshot(): Pick<SourceSnapshot, 'ends'> {
    return this.#ends.size === 0 ? {} : { ends: Object.fromEntries(this.#ends) }
  }

  /** A partition is over. */
  ended(name: string, position: unknown): void {
    if (position !== undefined) this.#ends.set(name, position)
  }

  /** What is in front of these positions is not asked for again. Rejects with errors of the source. */
  async ack(instance: SourceInstance | undefined, snapshot: SourceSnapshot): Promise<void> {
    try {
      await this.#tell(instance, snapshot)
    } catch (error) {
      throw sourceError(this.#place, error)
    }
  }

  async #tell(
    instance: SourceInstance | undefined,
    { done, partitions }: SourceSnapshot,
  ): Promise<void> {
    const ends = done.filter((name) => this.#ends.has(name))
    const positions = Object.fromEntries([
      ...ends.map((name) => [name, this.#ends.get(name)] as const),
      ...partitions.map(({ name, position }) => [name, position] as const),
    ])
    if (Object.keys(positions).length === 0) return
    const acking = instance?.ack?.(positions)
    if (acking instanceof Promise) {
      const { runtime, signal } = this.#host
      const place = this.#place
      await inTime(acking, { runtime, signal, place, step: 'ack', timeoutMs: TIMEOUT_MS })
    }
    for (const name of ends) this.#ends.delete(name)
  }
}
