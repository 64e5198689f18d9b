import { constants, createReadStream } from 'node:fs'
import { copyFile, open, readdir, rm, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { crc32 } from 'node:zlib'
import { FILE_EXISTS, FILE_LATER, FILE_NOT_BACK, listed } from '../errors.ts'
import { realTarget } from './file-target.ts'
import type { FileEntry, FileToken } from './file-token.ts'
import type { FilesOptions } from './files-options.ts'
import { cutTo } from './give-name.ts'
import { hiddenPath, keepHidden } from './hidden-files.ts'
import { partNumber } from './part-path.ts'
import { severalAtOnce } from './several-at-once.ts'
import { addTemporary } from './temporary-files.ts'

/** A file that a job goes on with. */
export interface LeftFile {
  readonly path: string
  readonly entry: FileEntry
}

/** What going back needs beside the two tokens. */
export interface BackOptions extends FilesOptions {
  readonly pathOf: (name: string) => string
  readonly nameParts: (parts: FileToken['parts'], mark: string) => Promise<void>
}

/**
 * Makes files again what a savepoint says of them; by real path. `last`: what the last checkpoint said. Of files that are replaced
 * copies are made, and what there is stays until the job is done. Throws FILE_NOT_BACK, FILE_LATER, FILE_EXISTS and FILE_NOT_AS_LEFT.
 */
export async function goBack(
  token: FileToken | undefined,
  last: FileToken | undefined,
  options: BackOptions,
): Promise<ReadonlyMap<string, LeftFile>> {
  if (options.mode === 'append') return cutBack(token, last, options)
  const left = new Map<string, LeftFile>()
  if (token === undefined) return left
  if (options.inParts) {
    await takePartsBack(token, options)
    return left
  }
  await severalAtOnce(token.files, async ([name, entry]) => {
    const path = options.pathOf(name)
    const real = await realTarget(path)
    left.set(real, { path, entry: await copyBack({ path, real, entry }, token, options) })
  })
  return left
}

/** Cuts files that are appended to. Of one that the savepoint does not know nobody knows what it had then. */
async function cutBack(
  token: FileToken | undefined,
  last: FileToken | undefined,
  { pathOf, touches }: BackOptions,
): Promise<ReadonlyMap<string, LeftFile>> {
  const known = new Set<string>()
  for (const name of token?.files.keys() ?? []) known.add(await realTarget(pathOf(name)))
  const isNamed = (real: string): boolean => known.has(real)
  const later: string[] = []
  for (const name of last?.files.keys() ?? []) {
    const real = await realTarget(pathOf(name))
    if (!isNamed(real) && ((await stat(real).catch(() => undefined))?.size ?? 0) > 0) {
      later.push(pathOf(name))
    }
  }
  if (later.length > 0) throw FILE_LATER({ paths: later })
  for (const mark of new Set([token?.mark, last?.mark])) {
    if (mark !== undefined) await touches?.takeBack(isNamed, mark)
  }
  const left = new Map<string, LeftFile>()
  await severalAtOnce(token?.files ?? [], async ([name, { body, columns, size: whole }]) => {
    const path = pathOf(name)
    const real = await realTarget(path)
    const size = body ?? whole
    await cutTo(path, real, size)
    left.set(real, { path, entry: { size, columns } })
  })
  return left
}

/** A hidden file with the bytes that a savepoint knows, from wherever they are now: the file may have its name since. */
async function copyBack(
  { entry, path, real }: LeftFile & { readonly real: string },
  { mark }: FileToken,
  { marks, mode }: BackOptions,
): Promise<FileEntry> {
  const { body, columns, crc, ours = false, size: whole } = entry
  const size = body ?? whole
  const found = await firstWith(real, { mark, size, crc })
  if (found === undefined && size > 0) throw FILE_NOT_BACK({ path, left: size })
  const isOurs = ours || found === real
  if (mode === 'fail' && !isOurs && (await stat(real).catch(() => undefined)) !== undefined) {
    throw FILE_EXISTS({ path })
  }
  const hidden = marks.hidden(real)
  if (found !== undefined) await copyFile(found, hidden, constants.COPYFILE_FICLONE)
  addTemporary(hidden)
  const handle = await open(hidden, 'a')
  try {
    await handle.truncate(size)
    await marks.disk.syncFile(handle)
  } finally {
    await handle.close()
  }
  marks.changed([dirname(real)])
  return { size, columns, crc: size === 0 ? 0 : crc, ours: isOurs }
}

/** The first file that begins with what a savepoint knows: the hidden one of its run, or the one that has the name. */
async function firstWith(
  real: string,
  {
    crc,
    mark,
    size,
  }: { readonly mark: string; readonly size: number; readonly crc?: number | undefined },
): Promise<string | undefined> {
  if (size === 0) return undefined
  const hidden = (['pending', 'partial'] as const).map((kind) => hiddenPath(real, mark, kind))
  // Without a checksum only the files of the run itself can be trusted.
  for (const file of crc === undefined ? hidden : [...hidden, real]) {
    const found = await stat(file).catch(() => undefined)
    if (found === undefined || found.size < size) continue
    if (crc === undefined || (await checksumOf(file, size)) === crc) return file
  }
  return undefined
}

async function checksumOf(file: string, size: number): Promise<number> {
  let crc = 0
  for await (const chunk of createReadStream(file, { end: size - 1, highWaterMark: 1 << 20 })) {
    crc = crc32(chunk as Buffer, crc)
  }
  return crc
}

/** Names the parts of the savepoint and takes away those of later checkpoints. */
async function takePartsBack(token: FileToken, options: BackOptions): Promise<void> {
  const { folder, isTemplate, nameParts, path, warn } = options
  const { checkpoint, mark, parts } = token
  const later = await laterParts(checkpoint ?? 0, options)
  // What a record has named may be like the file of somebody else.
  if (later.length > 0 && (isTemplate || checkpoint === undefined)) {
    throw FILE_LATER({ paths: later })
  }
  await severalAtOnce(parts.keys(), (name) => keepHidden(resolve(folder, name), mark))
  await nameParts(parts, mark)
  for (const part of later) await rm(part, { force: true })
  if (later.length > 0) {
    warn(`Removed the parts of "${path}" that came behind the savepoint: ${listed(later)}.`)
  }
}

/** The finished parts of checkpoints behind one. */
async function laterParts(
  checkpoint: number,
  { folder, isTemplate, path }: BackOptions,
): Promise<readonly string[]> {
  const numberOf = partNumber(path, isTemplate)
  const found = await readdir(folder, { recursive: isTemplate, withFileTypes: true }).catch(
    () => [],
  )
  return found
    .filter((entry) => entry.isFile() && (numberOf(entry.name) ?? 0) > checkpoint)
    .map(({ name, parentPath }) => join(parentPath, name))
    .toSorted()
}
