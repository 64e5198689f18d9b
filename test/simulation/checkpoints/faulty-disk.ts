import type { FileSystem, NewFile } from '@millrace/store'
import { type DiskFault, type DiskOperation, SimulatedDisk } from '@millrace/store/simulated'
import type { SimulatedProcess } from '@millrace/testkit'

import type { Plan } from './plan.ts'

/** Tells what goes wrong with an operation; `index` counts from 0 in each life. */
export type Trouble = (operation: DiskOperation) => DiskFault | undefined

/** A simulated disk whose operations take virtual time, and the trouble of each life on it. */
export class FaultyDisk {
  readonly disk: SimulatedDisk
  /** Operations of all lives that went wrong. */
  struck = 0
  readonly #plan: Pick<Plan, 'latencyMs' | 'sinkMs'>
  #trouble: Trouble = () => undefined
  #onCrash: () => void = () => {}
  #begun = 0

  constructor(seed: number, plan: Pick<Plan, 'latencyMs' | 'sinkMs'>) {
    this.#plan = plan
    this.disk = new SimulatedDisk({
      seed,
      fault: (operation) => {
        const fault = this.#trouble({ ...operation, index: operation.index - this.#begun })
        if (fault === undefined) return undefined
        this.struck++
        if ('crash' in fault) this.#onCrash()
        return fault
      },
    })
  }

  /** Operations in this life. */
  get operations(): number {
    return this.disk.operations - this.#begun
  }

  /** The disk as a new process sees it; `onCrash` is told when an operation ends the process. */
  start(process: SimulatedProcess, trouble: Trouble, onCrash: () => void): FileSystem {
    this.#begun = this.disk.operations
    this.#trouble = trouble
    this.#onCrash = onCrash
    return this.#slow(this.disk.start(), process)
  }

  /** From now on nothing goes wrong. */
  calm(): void {
    this.#trouble = () => undefined
  }

  #slow(fs: FileSystem, process: SimulatedProcess): FileSystem {
    const { latencyMs, sinkMs } = this.#plan
    let turn = 0
    const after = async <T>(path: string, act: () => Promise<T>): Promise<T> => {
      const ms = latencyMs[turn++ % latencyMs.length] ?? 0
      await process.sleep(path.startsWith('/out') ? ms + sinkMs : ms)
      return act()
    }
    const slowFile = (path: string, file: NewFile): NewFile => ({
      write: (bytes) => after(path, () => file.write(bytes)),
      sync: () => after(path, () => file.sync()),
      close: () => after(path, () => file.close()),
    })
    return {
      makeDirectory: (path) => after(path, () => fs.makeDirectory(path)),
      list: (path) => after(path, () => fs.list(path)),
      size: (path) => after(path, () => fs.size(path)),
      read: (path, offset, length) => after(path, () => fs.read(path, offset, length)),
      create: (path) => after(path, async () => slowFile(path, await fs.create(path))),
      rename: (from, to) => after(from, () => fs.rename(from, to)),
      remove: (path) => after(path, () => fs.remove(path)),
      syncDirectory: (path) => after(path, () => fs.syncDirectory(path)),
      lock: (path) => after(path, () => fs.lock(path)),
    }
  }
}
