import { createHash } from 'node:crypto'
import { readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import { threadId } from 'node:worker_threads'

/** Process ids mean something on one machine only, and there in one container. */
const place = createHash('sha1').update(`${hostname()} ${processSpace()}`).digest('hex').slice(0, 6)

let count = 0

/** A mark for the hidden files of one sink: no other sink that is alive has it, and it says which process that is. */
export function newMark(random: () => number): string {
  const chance = Math.floor(random() * 2 ** 30)
  const numbers = [process.pid, threadId, ++count, chance].map((number) => number.toString(36))
  return [place, ...numbers].join('-')
}

/** The mark of what is written once files of a mark have their names: the two are never taken for each other. */
export function nextMark(mark: string): string {
  const [first = '', turn = '0'] = mark.split('_')
  return `${first}_${Number(turn) + 1}`
}

/** The mark that all those of a run began with. */
export function firstMark(mark: string): string {
  return mark.split('_')[0] ?? mark
}

/** Whether the process that made a mark is known to be dead. What other machines made is never known to be. */
export function isAbandoned(mark: string): boolean {
  const [where, id = ''] = mark.split('-')
  const pid = Number.parseInt(id, 36)
  if (where !== place || !Number.isInteger(pid) || pid === process.pid) return false
  try {
    process.kill(pid, 0)
    return false
  } catch (error) {
    return (error as { readonly code?: unknown }).code === 'ESRCH'
  }
}

function processSpace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid')
  } catch {
    return ''
  }
}
