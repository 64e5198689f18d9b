import { realpath, stat } from 'node:fs/promises'
import type { ModelFile } from './process-message.ts'
import { SharedModel } from './shared-model.ts'

interface Shared {
  readonly model: Promise<SharedModel>
  users: number
}

const shared = new Map<string, Shared>()

/** The model of a file, one for all in this process that open the same, with what lets go of it. Rejects with why, where there is none. */
export async function shareModel(
  place: ModelFile,
): Promise<{ readonly model: SharedModel; readonly release: () => Promise<void> }> {
  const key = await keyOf(place)
  const entry = shared.get(key) ?? { model: SharedModel.open(place), users: 0 }
  shared.set(key, entry)
  entry.users++
  const release = async (): Promise<void> => {
    entry.users--
    if (entry.users > 0) return
    if (shared.get(key) === entry) shared.delete(key)
    const model = await entry.model.catch(() => undefined)
    await model?.close()
  }
  try {
    return { model: await entry.model, release }
  } catch (error) {
    // Whoever comes next tries again.
    if (shared.get(key) === entry) shared.delete(key)
    throw error
  }
}

/** One that has been written anew is another one. */
async function keyOf({ file, threads }: ModelFile): Promise<string> {
  const path = await realpath(file)
  const { ino, mtimeMs, size } = await stat(path)
  return JSON.stringify([path, ino, mtimeMs, size, threads])
}
