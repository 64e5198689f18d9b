import { type FileHandle, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { fileError } from '../errors.ts'

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

/** Resolves when a file's content is on the disk: a power cut cannot take it any more. Rejects when the disk refuses it. */
export async function syncFile(handle: FileHandle): Promise<void> {
  try {
    await handle.sync()
  } catch (error) {
    if (!notThere.has((error as { readonly code?: unknown }).code)) throw error
  }
}

/** The same for the names in a folder. Rejects with FILE_* errors. */
export async function syncFolder(path: string): Promise<void> {
  try {
    const handle = await open(path, 'r')
    await syncFile(handle).finally(() => handle.close())
  } catch (error) {
    if (!notThere.has((error as { readonly code?: unknown }).code)) {
      throw fileError(error, path, false)
    }
  }
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
