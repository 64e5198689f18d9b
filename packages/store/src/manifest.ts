import { crc32 } from 'node:zlib'
import type { Checkpoint } from './store.ts'

/** Where a block is. */
export interface BlockRef {
  /** Number of the file. */
  readonly file: number
  readonly offset: number
  readonly length: number
  readonly crc: number
}

/** A checkpoint as its file says it. */
export interface Manifest {
  readonly job: string
  readonly id: number
  readonly at: number
  readonly savepoint?: string
  readonly meta?: unknown
  readonly sections: ReadonlyMap<string, readonly BlockRef[]>
}

/** The newest format that is known here; all up to it can be read. */
export const FORMAT = 1

/** Why bytes are no manifest. */
export class BadManifest extends Error {
  readonly offset: number
  /** Set if the only reason is that the format is newer. */
  readonly format: number | undefined

  constructor(offset: number, reason: string, format?: number) {
    super(reason)
    this.offset = offset
    this.format = format
  }
}

/** The bytes of a manifest: one line with format, length and checksum of the JSON that follows. */
export function encodeManifest(manifest: Manifest): Uint8Array {
  const sections = [...manifest.sections].map(([name, refs]) => [
    name,
    refs.map(({ file, offset, length, crc }) => [file, offset, length, crc]),
  ])
  const body = new TextEncoder().encode(`${JSON.stringify({ ...manifest, sections })}\n`)
  const head = new TextEncoder().encode(
    `millrace checkpoint ${FORMAT} ${body.length} ${crc32(body)}\n`,
  )
  const bytes = new Uint8Array(head.length + body.length)
  bytes.set(head)
  bytes.set(body, head.length)
  return bytes
}

/** The manifest in these bytes. @throws BadManifest */
export function decodeManifest(bytes: Uint8Array): Manifest {
  const end = bytes.indexOf(0x0a)
  const head = new TextDecoder().decode(bytes.subarray(0, end < 0 ? 0 : end))
  const found = /^millrace checkpoint (\d+)(?: (\d+) (\d+))?/.exec(head)
  if (found === null) throw new BadManifest(0, 'it does not begin like a checkpoint')
  const format = Number(found[1])
  if (format > FORMAT) throw new BadManifest(0, `format ${format} is not known`, format)
  const body = bytes.subarray(end + 1)
  const length = Number(found[2])
  if (body.length < length) throw new BadManifest(bytes.length, 'it ends too early')
  if (body.length > length) throw new BadManifest(end + 1 + length, 'bytes follow its end')
  if (crc32(body) !== Number(found[3])) throw new BadManifest(end + 1, 'its checksum is wrong')
  return fromBody(JSON.parse(new TextDecoder().decode(body)) as Body)
}

type Body = Omit<Manifest, 'sections'> & {
  readonly sections: readonly (readonly [string, readonly [number, number, number, number][]])[]
}

function fromBody(body: Body): Manifest {
  const sections = body.sections.map(([name, refs]): [string, readonly BlockRef[]] => [
    name,
    refs.map(([file, offset, length, crc]) => ({ file, offset, length, crc })),
  ])
  return { ...body, sections: new Map(sections) }
}

/** What users see of it. */
export function checkpointOf(manifest: Manifest): Checkpoint {
  const { id, at, savepoint, meta } = manifest
  const sections = [...manifest.sections].map(([name, refs]) => ({
    name,
    blocks: refs.map((ref) => ref.length),
  }))
  return { id, at, ...(savepoint === undefined ? {} : { savepoint }), meta: meta ?? null, sections }
}

/** Numbers of the files it needs, each with the bytes it needs of it. */
export function filesOf(manifest: Manifest): Map<number, number> {
  const files = new Map<number, number>()
  for (const refs of manifest.sections.values()) {
    for (const { file, length } of refs) files.set(file, (files.get(file) ?? 0) + length)
  }
  return files
}
