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
  readonly #latencyMs: readonly number[]
  #trouble: Trouble = () => undefined
  #onCrash: () => void = () => {}
  #begun = 0

  constructor(seed: number, latencyMs: Plan['latencyMs']) {
    this.#latencyMs = latencyMs
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
    let turn = 0
    const after = async <T>(act: () => Promise<T>): Promise<T> => {
      await process.sleep(this.#latencyMs[turn++ % this.#latencyMs.length] ?? 0)
      return act()
    }
    const slowFile = (file: NewFile): NewFile => ({
      write: (bytes) => after(() => file.write(bytes)),
      sync: () => after(() => file.sync()),
      close: () => after(() => file.close()),
    })
    return {
      makeDirectory: (path) => after(() => fs.makeDirectory(path)),
      list: (path) => after(() => fs.list(path)),
      size: (path) => after(() => fs.size(path)),
      read: (path, offset, length) => after(() => fs.read(path, offset, length)),
      create: (path) => after(async () => slowFile(await fs.create(path))),
      rename: (from, to) => after(() => fs.rename(from, to)),
      remove: (path) => after(() => fs.remove(path)),
      syncDirectory: (path) => after(() => fs.syncDirectory(path)),
      lock: (path) => after(() => fs.lock(path)),
    }
  }
}
