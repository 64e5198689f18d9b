import { existsSync } from 'node:fs'
import { open, rename } from 'node:fs/promises'
import type { Letter } from '@millrace/job'
import { CLI_KEY_FORM, CLI_NO_KEY } from '../errors.ts'
import { byIdAndTime, choose, type NamedLetter, nameInTime } from './chosen.ts'
import { demandParked } from './kind-of-file.ts'
import { parseLetter } from './parse-letter.ts'
import { type BrokenLine, readLetters, readLines } from './read-letters.ts'
import { ReplayLog } from './replay-log.ts'

/** Which parked records are meant; what is left out means all. */
export interface ParkedOptions {
  readonly stage?: string
  /** `name=value`, each. */
  readonly key?: readonly string[]
}

/** A file of parked records. */
export interface ParkedRecords {
  readonly log: ReplayLog
  /** Those that wait, in their order. */
  readonly chosen: readonly NamedLetter[]
  readonly broken: readonly BrokenLine[]
  /** Those that were let go and not taken out: whoever did it was killed in between. */
  readonly done: ReadonlySet<string>
}

/** Reads the records that wait. `name` is the file for people. Throws as `readLetters` and `choose`, CLI_DEAD_LETTER_FILE, CLI_KEY_FORM, CLI_NO_KEY. */
export async function readParked(
  path: string,
  name: string,
  { key = [], stage }: ParkedOptions,
): Promise<ParkedRecords> {
  const { broken, letters } = await readLetters(path)
  demandParked(name, letters)
  const log = await ReplayLog.of(path)
  const named = byIdAndTime(letters)
  const done = new Set(
    named.flatMap((one) => (log.replayedAt(one.name) === undefined ? [] : [one.name])),
  )
  const waiting = named.filter((one) => !done.has(one.name))
  let chosen = choose(name, waiting, { stage })
  for (const text of key) {
    const at = text.indexOf('=')
    if (at < 1) throw CLI_KEY_FORM({ text })
    chosen = chosen.filter(({ letter }) => hasKey(letter, text.slice(0, at), text.slice(at + 1)))
    if (chosen.length === 0) throw CLI_NO_KEY({ text, path: name })
  }
  return { log, chosen, broken, done }
}

/** Takes records out of their file in one step. All other lines stay as they are, also those that were added meanwhile. */
export async function takeOut(path: string, names: ReadonlySet<string>): Promise<void> {
  const kept: string[] = []
  for await (const { text } of readLines(path)) {
    const letter = parseLetter(text)
    if (typeof letter === 'string' || !names.has(nameInTime(letter))) kept.push(`${text}\n`)
  }
  const part = `${path}.part`
  const file = await open(part, 'w')
  try {
    await file.writeFile(kept.join(''))
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(part, path)
}

/** The job that parked the records of a file: `orders.yaml` of `orders.parked.jsonl`, where it exists. */
export function jobOf(path: string): string | undefined {
  const stem = path.replace(/\.parked\.jsonl$/, '')
  if (stem === path) return undefined
  return ['.yaml', '.yml', '.json'].map((ending) => stem + ending).find((file) => existsSync(file))
}

function hasKey({ key }: Letter, name: string, text: string): boolean {
  const value = key?.[name]
  return value !== undefined && (value === text || JSON.stringify(value) === text)
}
