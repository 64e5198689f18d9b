import type { Runtime } from '@millrace/base'
import { type ActorRef, type ActorSystem, createActorSystem, type Supervisor } from '@millrace/core'

/** The actors of one job: a supervised cell for each source, stage and sink. */
export class Cells {
  readonly #system: ActorSystem
  readonly #supervisor: Supervisor
  readonly #escalate: (error: unknown) => void
  /** Paths of the cells that run. */
  readonly #running = new Set<string>()

  constructor(name: string, runtime: Runtime, escalate: (error: unknown) => void) {
    this.#escalate = escalate
    this.#system = createActorSystem({ runtime, name })
    this.#supervisor = this.#system.supervise({ id: 'pipeline', onEscalate: escalate })
    // Nobody else would miss a cell that dies outside the hands of its task.
    this.#system.events.on('stopped', ({ path, cause }) => {
      if (this.#running.delete(path) && cause !== undefined) escalate(cause)
    })
  }

  /**
   * Opens a task inside a cell of its own; rejects with what `open` threw.
   * The cell is not started again after a crash: records in its hands would be lost, so the job ends instead.
   */
  async start<M>(
    id: string,
    open: () => Promise<void>,
    receive: (message: M) => void | Promise<void>,
  ): Promise<ActorRef<M>> {
    const guarded = (message: M): void | Promise<void> => {
      try {
        return receive(message)?.then(undefined, this.#escalate)
      } catch (error) {
        this.#escalate(error)
        return undefined
      }
    }
    const cell = await this.#supervisor.start<M>({
      id,
      restart: 'temporary',
      create: async () => {
        await open()
        return { receive: guarded }
      },
    })
    this.#running.add(cell.path)
    return cell
  }

  /** Stops all cells, the last started first. */
  async stop(): Promise<void> {
    await this.#supervisor.stop()
    await this.#system.stop()
  }
}
