// What state for one key takes: the peak memory of a job with many keys, less that of the same job with few of them.
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { readAnswer } from './compare/answer.ts'
import { makeData } from './compare/data.ts'
import { subjects, type Installation } from './compare/subjects.ts'
import { measure } from './measure/process.ts'

export interface KeyMemory {
  readonly keys: number
  readonly subjects: readonly {
    readonly subject: 'readline' | 'millrace'
    /** One for each round. */
    readonly bytes: readonly number[]
  }[]
}

export interface KeyMemoryOptions {
  readonly folder: string
  readonly millrace: Installation
  readonly records: number
  readonly runs: number
  readonly say: (text: string) => void
}

const FEW = 100

/** Counts and sums by user, with hardly any users and with as many as records. Throws where an answer has too few rows. */
export async function measureKeys(options: KeyMemoryOptions): Promise<KeyMemory> {
  const { folder, millrace, records, runs, say } = options
  mkdirSync(folder, { recursive: true })
  const output = join(folder, 'keys.jsonl')
  const found = (['readline', 'millrace'] as const).map((subject) => ({
    subject,
    bytes: [] as number[],
  }))
  let keys = 0
  const megabytes = async (subject: keyof typeof subjects, users: number): Promise<number> => {
    const input = makeData(folder, { format: 'jsonl', records, users })
    const cost = await measure(
      subjects[subject].command({ set: 'keys', input, output, peers: '', millrace }),
    )
    const { rows } = await readAnswer(output, 'jsonl', ({ user }) => String(user))
    rmSync(output)
    if (users === FEW) return cost.megabytes
    if (keys !== 0 && rows !== keys) throw new Error(`${subject}: ${rows} keys instead of ${keys}`)
    keys = rows
    return cost.megabytes
  }
  say(`memory of keys, ${records.toLocaleString('en')} records:`)
  for (let round = 1; round <= runs; round++) {
    say(`${round > 1 ? ';' : ''} round ${round} of ${runs}:`)
    for (const { subject, bytes } of found) {
      const few = await megabytes(subject, FEW)
      const many = await megabytes(subject, records)
      bytes.push(((many - few) * 1024 * 1024) / keys)
      say(` ${subject} ${bytes.at(-1)?.toFixed(0)} bytes`)
    }
  }
  say('\n')
  return { keys, subjects: found }
}
