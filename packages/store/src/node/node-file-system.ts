import { Buffer } from 'node:buffer'
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { FileSystem, NewFile } from '../file-system.ts'
import { lockFile } from './lock-file.ts'

/** The disk of this machine. */
export const nodeFileSystem: FileSystem = {
  makeDirectory,
  list: (path) => readdir(path),
  size: async (path) => (await stat(path)).size,
  read,
  create,
  rename,
  remove: (path) => rm(path, { force: true }),
  syncDirectory,
  lock: async (path) => lockFile(path),
}

async function makeDirectory(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true }).catch((error: unknown) =>
    whyNot(path, error),
  )
  if (first === undefined) return
  // The names of the new folders must last, too: each is kept by the one above it.
  let made = path
  while (made.length > first.length) {
    made = dirname(made)
    await syncDirectory(made)
  }
  await syncDirectory(dirname(first))
}

/** Of a disk that is read-only `mkdir` with `recursive` says ENOENT: without it the folder that can be made first says why it cannot. */
async function whyNot(path: string, error: unknown): Promise<never> {
  const above = dirname(path)
  if ((error as { readonly code?: unknown }).code !== 'ENOENT' || above === path) throw error
  await stat(above).catch(() => whyNot(above, error))
  await mkdir(path)
  throw error
}

async function read(path: string, offset: number, length: number): Promise<Uint8Array> {
  await using file = await open(path)
  // Zeros that are overwritten at once would stop the event loop for large blocks.
  const bytes = new Uint8Array(Buffer.allocUnsafeSlow(length).buffer)
  let filled = 0
  while (filled < length) {
    const { bytesRead } = await file.read(bytes, filled, length - filled, offset + filled)
    if (bytesRead === 0) break
    filled += bytesRead
  }
  return bytes.subarray(0, filled)
}

async function create(path: string): Promise<NewFile> {
  // Another file of the name goes first: what was written to it and never synced must not come up in this one.
  await rm(path, { force: true })
  const file = await open(path, 'wx')
  return {
    write: async (bytes) => (await file.write(bytes)).bytesWritten,
    sync: () => file.sync(),
    close: () => file.close(),
  }
}

async function syncDirectory(path: string): Promise<void> {
  // Windows opens no folders; its file systems log names by themselves.
  if (process.platform === 'win32') return
  await using folder = await open(join(path, '.'))
  await folder.sync()
}
