import { rmSync } from 'node:fs'

const paths = new Set<string>()

/** Takes a file that must not stay when the process exits before it is done with it. */
export function addTemporary(path: string): void {
  if (paths.size === 0) process.on('exit', removeAll)
  paths.add(path)
}

/** The file has its final name, or is gone. */
export function dropTemporary(path: string): void {
  paths.delete(path)
  if (paths.size === 0) process.off('exit', removeAll)
}

function removeAll(): void {
  for (const path of paths) {
    try {
      rmSync(path, { force: true })
    } catch {
      // The process is ending; nobody is left to hear of it.
    }
  }
}
