import { open, readFile, rename } from 'node:fs/promises'
import { relative } from 'node:path'
import { messageOf } from '@millrace/base'
import type { ParkedRecord } from '@millrace/engine'
import { JOB_PARKED } from './errors.ts'

/**
 * Adds records to the parked file in one step, each a line of JSON. What stands there stays, unless it is parked again.
 * Throws JOB_PARKED.
 */
export async function keepParked(file: string, records: readonly ParkedRecord[]): Promise<void> {
  try {
    const again = new Set<unknown>(records.map(({ id }) => id))
    const kept = (await linesOf(file)).filter((line) => !again.has(idOf(line)))
    const lines = [...kept, ...records.map((record) => JSON.stringify(record))]
    const part = `${file}.part`
    const handle = await open(part, 'w')
    try {
      await handle.writeFile(`${lines.join('\n')}\n`)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(part, file)
  } catch (error) {
    throw JOB_PARKED({ file, count: records.length, cause: messageOf(error) }, { file }, error)
  }
}

/** Where parked records are and how to list them, for people in the current folder. */
export function parkedPlace(file: string): string {
  const near = relative(process.cwd(), file)
  const shown = near.startsWith('..') ? file : near
  const argument = /\s/.test(shown) ? `"${shown}"` : shown
  return `${shown}; list them with: millrace parked ls ${argument}`
}

async function linesOf(file: string): Promise<readonly string[]> {
  try {
    return (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
}

/** What is no letter of ours has no id, and stays. */
function idOf(line: string): unknown {
  try {
    return (JSON.parse(line) as { readonly id?: unknown } | null)?.id
  } catch {
    return undefined
  }
}
