import { join } from 'node:path'
import { writeAll } from './block-file.ts'
import { manifestName, UNFINISHED } from './directory.ts'
import { diskError, STORE_UNCERTAIN } from './errors.ts'
import type { FileSystem } from './file-system.ts'
import { encodeManifest, type Manifest } from './manifest.ts'

/**
 * Gives a checkpoint its file, in one step: synced before it has its name, and the name synced before anyone is told.
 * If it rejects there is no such file, but for `STORE_UNCERTAIN`.
 */
export async function publish(
  fs: FileSystem,
  directory: string,
  manifest: Manifest,
): Promise<void> {
  const unfinished = join(directory, UNFINISHED)
  const path = join(directory, manifestName(manifest))
  const file = await fs.create(unfinished)
  try {
    await writeAll(file, encodeManifest(manifest))
    await file.sync()
  } finally {
    await file.close()
  }
  try {
    await fs.rename(unfinished, path)
    await fs.syncDirectory(directory)
  } catch (error) {
    // It may have got its name all the same.
    if (!(await isRemoved(fs, directory, path))) {
      throw STORE_UNCERTAIN({ id: manifest.id, directory }, {}, error)
    }
    throw diskError(error, path)
  }
}

async function isRemoved(fs: FileSystem, directory: string, path: string): Promise<boolean> {
  try {
    await fs.remove(path)
    await fs.syncDirectory(directory)
    return true
  } catch {
    return false
  }
}
