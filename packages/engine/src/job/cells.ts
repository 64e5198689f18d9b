import type { ActorRef, ActorSystem, Supervisor } from '@millrace/core'

/** The actors of one pipeline: a supervised cell for each source, stage and sink. */
export class Cells {
  readonly #system: ActorSystem
  #supervisor: Supervisor | undefined
  readonly #escalate: (error: unknown) => void
  /** Paths of the cells that run. */
  readonly #running = new Set<string>()

  constructor(system: ActorSystem, escalate: (error: unknown) => void) {
    this.#system = system
    this.#escalate = escalate
  }

  // Nobody else would miss a cell that dies outside the hands of its task.
  readonly #stopped = ({ path, cause }: { path: string; cause?: unknown }): void => {
    if (this.#running.delete(path) && cause !== undefined) this.#escalate(cause)
  }

  #supervise(): Supervisor {
    this.#system.events.on('stopped', this.#stopped)
    return this.#system.supervise({ id: 'pipeline', onEscalate: this.#escalate })
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
    this.#supervisor ??= this.#supervise()
    const cell = await this.#supervisor.start<M>({
      // Stages inside others are told apart by a slash, actors from their children too.
      id: id.replaceAll('/', '.'),
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
    // Their work is done: how they end changes nothing any more.
    this.#system.events.off('stopped', this.#stopped)
    await this.#supervisor?.stop()
  }
}
