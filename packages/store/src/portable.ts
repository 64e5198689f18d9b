import { Buffer } from 'node:buffer'
import { crc32 } from 'node:zlib'
import { STORE_IMPORT, STORE_NEWER } from './errors.ts'
import type { Checkpoint, CheckpointWrite, SectionWrite, StoreReader } from './store.ts'

const FORMAT = 1

/** What an export holds; as a commit it needs an id above `lastId`, and to follow nothing: `goOnFrom(undefined)`. */
export interface Exported extends CheckpointWrite {
  readonly job: string
}

/**
 * A checkpoint as lines of JSON, each with its line break: what it is, one line for each block, and that this was all.
 * Rejects while it is read with `STORE_CORRUPT`, `STORE_GONE` and errors of the disk.
 */
export async function* exportCheckpoint(
  store: StoreReader,
  checkpoint: Checkpoint,
): AsyncGenerator<string, void> {
  const { id, at, meta } = checkpoint
  const sections = checkpoint.sections.map(({ name }) => name)
  const line = (value: object): string => `${JSON.stringify(value)}\n`
  yield line({ millrace: 'state', format: FORMAT, job: store.job, id, at, sections, meta })
  let blocks = 0
  for (const section of sections) {
    for (const block of await store.read(section, checkpoint)) {
      blocks++
      yield line({ section, crc: crc32(block), base64: Buffer.from(block).toString('base64') })
    }
  }
  yield line({ end: true, blocks })
}

/** Reads an export, with or without the breaks of its lines. Rejects with `STORE_IMPORT` and `STORE_NEWER`. */
export async function importCheckpoint(
  lines: AsyncIterable<string> | Iterable<string>,
): Promise<Exported> {
  let number = 0
  let head: Head | undefined
  let blocks = 0
  let ended = false
  const sections = new Map<string, Uint8Array[]>()
  for await (const text of lines) {
    number++
    if (text.trim() === '') continue
    const value = parse(text, number)
    if (head === undefined) {
      head = headOf(value, number)
      for (const name of head.sections) sections.set(name, [])
    } else if (ended) throw STORE_IMPORT({ line: number, reason: 'follows its end' })
    else if (value['end'] === true) {
      ended = true
      if (value['blocks'] !== blocks)
        throw STORE_IMPORT({
          line: number,
          reason: `tells of ${String(value['blocks'])} blocks, not ${blocks}`,
        })
    } else {
      blocks++
      const list = sections.get(String(value['section']))
      if (list === undefined) throw STORE_IMPORT({ line: number, reason: 'is of no section' })
      list.push(blockOf(value, number))
    }
  }
  if (head === undefined || !ended) {
    throw STORE_IMPORT({ line: number + 1, reason: 'is missing' })
  }
  const writes = [...sections].map(([name, list]): [string, SectionWrite] => [
    name,
    { blocks: list, replace: true },
  ])
  return { job: head.job, id: head.id, meta: head.meta, sections: new Map(writes) }
}

interface Head {
  readonly job: string
  readonly id: number
  readonly meta: unknown
  readonly sections: readonly string[]
}

type Line = Readonly<Record<string, unknown>>

function parse(text: string, line: number): Line {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null) return value as Line
  } catch {
    // Said below.
  }
  throw STORE_IMPORT({ line, reason: 'is no JSON object' })
}

function headOf(value: Line, line: number): Head {
  const { millrace, format, job, id, sections, meta } = value
  if (millrace !== 'state' || typeof format !== 'number') {
    throw STORE_IMPORT({ line, reason: 'does not say that it is one' })
  }
  if (format > FORMAT) throw STORE_NEWER({ file: 'the export', format, known: FORMAT })
  if (typeof job !== 'string' || typeof id !== 'number' || !Array.isArray(sections)) {
    throw STORE_IMPORT({ line, reason: 'lacks job, id or sections' })
  }
  return { job, id, meta, sections: sections.map(String) }
}

function blockOf({ base64, crc }: Line, line: number): Uint8Array {
  if (typeof base64 !== 'string') throw STORE_IMPORT({ line, reason: 'holds no block' })
  const block = new Uint8Array(Buffer.from(base64, 'base64'))
  if (crc32(block) === crc) return block
  throw STORE_IMPORT({ line, reason: 'has another checksum than its bytes' })
}
