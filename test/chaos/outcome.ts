import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { gunzipSync } from 'node:zlib'
import type { Scenario } from './scenario.ts'

/** What can be seen of a job that is done. */
export interface Outcome {
  /** Content of the files of its sinks, by name; parts of one file are joined. */
  readonly files: ReadonlyMap<string, Buffer>
  /** Files that nobody should find there. */
  readonly left: readonly string[]
  /** Its summary without what is of one run alone. */
  readonly summary: Readonly<Record<string, unknown>>
}

/** What a job has said. */
export interface Said {
  /** Its summary. */
  readonly summary: string
  /** What commands print when it is done. */
  readonly shown: ReadonlyMap<string, string>
}

/** Reads what a job has left in its folder. */
export function outcomeOf(
  folder: string,
  { shown, summary }: Said,
  { blurs, order }: Pick<Scenario, 'blurs' | 'order'>,
): Outcome {
  const out = join(folder, 'out')
  const names = existsSync(out)
    ? readdirSync(out, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map(({ name, parentPath }) => join(parentPath, name).slice(out.length + 1))
        .toSorted()
    : []
  const isLeft = (name: string): boolean => /(^|[\\/])\.[^\\/]*$/.test(name)
  const files = new Map<string, Buffer>()
  for (const name of names.filter((name) => !isLeft(name) && !isStoreOf(name))) {
    // Parts are called out-000017.jsonl; they come in the order of their numbers.
    const whole = name.replace(/-\d{6,}(?=\.)/, '')
    const content = contentOf(join(out, name))
    const before = files.get(whole)
    const isLater = before !== undefined && before.length > 0 && whole.endsWith('.csv')
    const more = isLater ? content.subarray(content.indexOf(10) + 1) : content
    files.set(whole, before === undefined ? content : Buffer.concat([before, more]))
  }
  const parked = join(folder, 'job.parked.jsonl')
  if (existsSync(parked)) files.set('parked', contentOf(parked))
  for (const [command, text] of shown) files.set(command, Buffer.from(text))
  if (blurs !== undefined) {
    for (const [name, content] of files) {
      files.set(name, Buffer.from(content.toString().replaceAll(blurs, '')))
    }
  }
  if (order === 'any') {
    for (const [name, content] of files) files.set(name, sortedLines(content))
  }
  return { files, left: names.filter(isLeft), summary: summaryOf(summary, order) }
}

/** Files of a database, but for the one that is read as one; commands show what is in streams. */
const isStoreOf = (name: string): boolean => /(^|[\\/])streams[\\/]|-(wal|shm|journal)$/.test(name)

function contentOf(path: string): Buffer {
  if (path.endsWith('.db')) return Buffer.from(rowsOf(path))
  const bytes = readFileSync(path)
  const content = path.endsWith('.gz') ? gunzipSync(bytes) : bytes
  if (!/dead|refused|parked/.test(path)) return content
  // When and where a record was refused is of one run alone, and letters of several parts come in no order.
  const text = content.toString().replaceAll(/"time":\d+/g, '"time":0')
  return sortedLines(Buffer.from(withoutPlace(text)))
}

/** Where a job was is of one run alone. */
const withoutPlace = (text: string): string => text.replaceAll(/[^":]+\/(?=input\/)/g, '')

/** The rows of all tables that are not the sink's own. */
function rowsOf(path: string): string {
  using database = new DatabaseSync(path, { readOnly: true })
  const tables = database.prepare(
    "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name",
  )
  const rows = tables
    .all()
    .map(({ name }) => String(name))
    .filter((name) => !/^(millrace|sqlite)_/.test(name))
    .flatMap((name) => database.prepare(`SELECT * FROM "${name}" ORDER BY rowid`).all())
  return rows.map((row) => `${JSON.stringify(row)}\n`).join('')
}

function sortedLines(content: Buffer): Buffer {
  return Buffer.from(content.toString().split('\n').toSorted().join('\n'))
}

/** What a job counts of its records, in all its lives together. */
const counters = [
  'id',
  'read',
  'malformed',
  'in',
  'used',
  'filtered',
  'late',
  'dead',
  'dropped',
  'held',
  'sent',
  'reasons',
  'received',
  'written',
  'rejected',
]

function summaryOf(text: string, order: Scenario['order']): Record<string, unknown> {
  const { deadLetters, deadLettersByCode, firstDeadLetters, sinks, sources, stages, state } =
    JSON.parse(withoutPlace(text)) as Record<string, object>
  const countersOf = (parts: unknown): unknown =>
    (parts as readonly Record<string, unknown>[]).map((part) =>
      Object.fromEntries(counters.map((name) => [name, part[name]])),
    )
  return {
    state,
    sources: countersOf(sources),
    stages: countersOf(stages),
    sinks: countersOf(sinks),
    deadLetters,
    deadLettersByCode,
    firstDeadLetters: order === 'any' ? undefined : firstDeadLetters,
  }
}

/** The first thing in which a job's outcome is not what it should be; undefined: there is none. */
export function firstDifference(is: Outcome, wanted: Outcome): string | undefined {
  const missing = [...wanted.files.keys()].filter((name) => !is.files.has(name))
  const more = [...is.files.keys()].filter((name) => !wanted.files.has(name))
  if (missing.length > 0) return `Files are missing: ${missing.join(', ')}.`
  if (more.length > 0) return `There are other files: ${more.join(', ')}.`
  for (const [name, content] of wanted.files) {
    const other = is.files.get(name) ?? Buffer.alloc(0)
    if (!content.equals(other)) return differenceOf(name, other, content)
  }
  if (is.left.length > 0) return `Files are left behind: ${is.left.join(', ')}.`
  return summaryDifference(is.summary, wanted.summary)
}

function differenceOf(name: string, is: Buffer, wanted: Buffer): string {
  const [lines, wantedLines] = [is, wanted].map((content) => content.toString().split('\n')) as [
    string[],
    string[],
  ]
  const at = wantedLines.findIndex((line, index) => line !== lines[index])
  const line = at < 0 ? wantedLines.length : at
  return [
    `${name} differs from line ${line + 1} on; it has ${lines.length} lines and ${is.length} bytes, not ${wantedLines.length} and ${wanted.length}.`,
    `  is      ${lines.slice(line, line + 2).join('\n          ')}`,
    `  wanted  ${wantedLines.slice(line, line + 2).join('\n          ')}`,
  ].join('\n')
}

function summaryDifference(
  is: Readonly<Record<string, unknown>>,
  wanted: Readonly<Record<string, unknown>>,
): string | undefined {
  for (const key of new Set([...Object.keys(wanted), ...Object.keys(is)])) {
    const [one, other] = [is[key], wanted[key]].map((value) => JSON.stringify(value))
    if (one !== other)
      return `The summary differs in "${key}".\n  is      ${one}\n  wanted  ${other}`
  }
  return undefined
}
