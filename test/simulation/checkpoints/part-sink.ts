import type { SinkSpec } from '@millrace/engine'
import type { SinkBatch, SinkInstance, SinkToken } from '@millrace/sdk'
import type { FileSystem } from '@millrace/store'
import type { SimulatedDisk } from '@millrace/store/simulated'

const decoder = new TextDecoder()
const encoder = new TextEncoder()
const folderOf = (id: string): string => `/out/${id}`
const numberOf = (name: string): number => Number.parseInt(name, 10)

/** A sink that delivers exactly once: a file for each checkpoint, which gets the name that readers look for at the commit. */
export function partSink(id: string, from: SinkSpec['from'], fs: FileSystem): SinkSpec {
  const traits = { name: 'parts', guarantee: 'Each once.', delivers: 'exactlyOnce' as const }
  return { id, from, factory: { traits, create: () => new PartSink(id, fs), dispose() {} } }
}

/** What a reader sees of a sink: with power off, on the disk itself. */
export function readParts(disk: SimulatedDisk, names: readonly string[], id: string): unknown[] {
  return names
    .filter((name) => name.endsWith('.done'))
    .toSorted((one, other) => numberOf(one) - numberOf(other))
    .flatMap((name) => decoder.decode(disk.bytes(`${folderOf(id)}/${name}`)).split('\n'))
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown)
}

/** Names of the parts of a sink. */
export async function partNames(fs: FileSystem, id: string): Promise<readonly string[]> {
  await fs.makeDirectory(folderOf(id))
  return fs.list(folderOf(id))
}

class PartSink implements SinkInstance {
  readonly #folder: string
  readonly #fs: FileSystem
  #rows: unknown[] = []

  constructor(id: string, fs: FileSystem) {
    this.#folder = folderOf(id)
    this.#fs = fs
  }

  async open(): Promise<void> {
    await this.#fs.makeDirectory(this.#folder)
  }

  write(batch: SinkBatch): void {
    for (let index = 0; index < batch.length; index++) {
      this.#rows.push([batch.id(index), batch.value(index)])
    }
  }

  async prepare({ checkpoint }: { readonly checkpoint: number }): Promise<SinkToken> {
    const lines = this.#rows.map((row) => `${JSON.stringify(row)}\n`)
    this.#rows = []
    const file = await this.#fs.create(this.#path(checkpoint, 'prepared'))
    let bytes = encoder.encode(lines.join(''))
    while (bytes.length > 0) bytes = bytes.subarray(await file.write(bytes))
    await file.sync()
    await file.close()
    await this.#fs.syncDirectory(this.#folder)
    return { part: checkpoint }
  }

  async commit(token?: SinkToken): Promise<void> {
    await this.#show(Number(token?.['part']))
  }

  async recover(token: SinkToken | undefined): Promise<void> {
    const part = Number(token?.['part'] ?? 0)
    await this.#show(part)
    for (const name of await this.#fs.list(this.#folder)) {
      if (numberOf(name) <= part) continue
      // What readers have seen nobody can take back.
      if (name.endsWith('.done')) throw new Error(`${name} was shown, and no checkpoint names it.`)
      await this.#fs.remove(`${this.#folder}/${name}`)
    }
    await this.#fs.syncDirectory(this.#folder)
  }

  abort(): void {
    this.#rows = []
  }

  async #show(part: number): Promise<void> {
    const names = await this.#fs.list(this.#folder)
    if (names.includes(`${part}.prepared`)) {
      await this.#fs.rename(this.#path(part, 'prepared'), this.#path(part, 'done'))
    }
    // Also where an earlier process gave it the name, and died before that was durable.
    await this.#fs.syncDirectory(this.#folder)
  }

  #path(part: number, state: 'prepared' | 'done'): string {
    return `${this.#folder}/${part}.${state}`
  }
}
