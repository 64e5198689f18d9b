import { type FileHandle, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { fileError } from '../errors.ts'

/** What brings files to the disk: a power cut cannot take them any more. */
export interface Disk {
  /** The content of a file. Rejects when the disk refuses it. */
  syncFile(handle: FileHandle): Promise<void>
  /** The names in a folder. Rejects with FILE_* errors. */
  syncFolder(path: string): Promise<void>
}

/** Some file systems have no such thing, and Windows opens no folder: what they do by themselves must be enough there. */
const notThere: ReadonlySet<unknown> = new Set([
  'EACCES',
  'EBADF',
  'EINVAL',
  'EISDIR',
  'ENOSYS',
  'ENOTSUP',
  'EPERM',
])

async function syncFile(handle: FileHandle): Promise<void> {
  try {
    await handle.sync()
  } catch (error) {
    if (!notThere.has((error as { readonly code?: unknown }).code)) throw error
  }
}

async function syncFolder(path: string): Promise<void> {
  try {
    const handle = await open(path, 'r')
    await syncFile(handle).finally(() => handle.close())
  } catch (error) {
    if (!notThere.has((error as { readonly code?: unknown }).code)) {
      throw fileError(error, path, false)
    }
  }
}

/** The disk as it is. */
export const realDisk: Disk = { syncFile, syncFolder }

/** Leaves it to the operating system when files come to the disk: for tests that write hundreds. */
export const lazyDisk: Disk = {
  syncFile: () => Promise.resolve(),
  syncFolder: () => Promise.resolve(),
}

/** The folder of a file, and those above it that came to be with it: `made` is the topmost new one. */
export function changedFolders(path: string, made: string | undefined): readonly string[] {
  const folders = [dirname(path)]
  if (made === undefined) return folders
  for (let folder = dirname(path); folder.length >= made.length; folder = dirname(folder)) {
    folders.push(dirname(folder))
  }
  return folders
}
