import { ENG_RESIZE_OVER } from '../plan/errors.ts'
import type { Coordinator } from '../checkpoint/coordinator.ts'
import { isReplicaOf } from '../plan/parallel-spec.ts'
import type { Grown, Nodes, StageNode } from './build-tasks.ts'

/** What replicas that are added need of the life of the pipeline that they join. */
export interface GrowthHost {
  /** Creates and opens it. Rejects with why that does not work. */
  open(node: StageNode): Promise<void>
  isEnding(): boolean
  /** What takes checkpoints; absent: nobody does. */
  readonly checkpoints:
    | Pick<Coordinator, 'awaits' | 'begun' | 'join' | 'progress' | 'settled'>
    | undefined
  /** So many nodes more will pass on a last message. */
  joined(count: number): void
  readonly ended: Promise<void>
}

/** Adds replicas to stages while they run. */
export class Growth {
  readonly #nodes: Nodes
  readonly #host: GrowthHost
  /** The number of the next replica, of stages of which some were made here. */
  readonly #next = new Map<string, number>()
  /** Resolves when no replica is opening any more: before that nobody ends their cells, for what opens later nobody would close. */
  opened: Promise<void> = Promise.resolve()

  constructor(nodes: Nodes, host: GrowthHost) {
    this.#nodes = nodes
    this.#host = host
  }

  /**
   * From now on the first `workers` replicas of a stage without keys, all of which run here, get its records. `passed` resolves when all that
   * came of earlier ones is passed on. Rejects with why a replica could not be opened, and with ENG_RESIZE_OVER; then nothing has changed.
   */
  async resize(stage: string, workers: number): Promise<{ readonly passed: Promise<void> }> {
    const host = this.#host
    const { checkpoints, ended } = host
    const replicas = this.#nodes.stages.filter(({ id }) => isReplicaOf(id, stage)).length
    const grown: Grown[] = []
    while (replicas + grown.length < workers) {
      this.#refuseEnding(stage)
      // What has not opened leaves its number behind.
      const index = this.#next.get(stage) ?? replicas
      this.#next.set(stage, index + 1)
      const more = this.#nodes.grow(stage, index)
      const opening = host.open(more.node)
      this.opened = opening.catch(() => undefined)
      await opening
      grown.push(more)
    }
    // Whoever reads the stage may have had the barrier already, unless a replica has not.
    while (grown.length > 0 && checkpoints?.progress.isPending === true) {
      if (this.#awaits(stage)) break
      await checkpoints.settled
    }
    this.#refuseEnding(stage)
    const awaits = this.#awaits(stage)
    const begun = checkpoints?.begun ?? 0
    for (const more of grown) {
      if (awaits) checkpoints?.join(more.node.id)
      more.attach(awaits ? begun - 1 : begun)
    }
    host.joined(grown.length)
    const passed = this.#nodes.resize(stage, workers)
    return { passed: Promise.race([passed, ended]) }
  }

  /** Whether a barrier has yet to come to a replica of a stage. */
  #awaits(stage: string): boolean {
    const { checkpoints } = this.#host
    return this.#nodes.stages.some(({ id }) => {
      return isReplicaOf(id, stage) && checkpoints?.awaits(id) === true
    })
  }

  #refuseEnding(stage: string): void {
    if (this.#host.isEnding() || !this.#nodes.isFed(stage)) throw ENG_RESIZE_OVER({ id: stage })
  }
}
