import { readFileSync, readdirSync, statSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import { ANOMALY_LABELS, ANOMALY_NO_DATA } from '../errors.ts'
import { type Columns, readSeries } from './read-series.ts'
import { readTable } from './read-table.ts'
import type { Series } from './series.ts'
import { readWindowLabels, windowRows } from './window-labels.ts'

/** Where the data of an evaluation is, and what is wanted of it. Paths are absolute. */
export interface CorpusOptions {
  readonly data: string
  /** File of windows. */
  readonly labels?: string | undefined
  readonly columns: Columns
  /** Groups and files that are wanted; all without it. */
  readonly only?: readonly string[] | undefined
}

const isData = (name: string): boolean => /\.(?:csv|jsonl|ndjson)$/.test(name)

/**
 * Reads a file, or all files below a folder, by name. Where all lie in one folder, each is a group of its own, so that one can be held
 * out. Throws ANOMALY_NO_DATA, ANOMALY_NO_COLUMN, ANOMALY_ROW, ANOMALY_LABELS.
 */
export function readCorpus({ data, labels, columns, only }: CorpusOptions): readonly Series[] {
  const names = findFiles(data).filter((name) => isWanted(name, only))
  if (names.length === 0) {
    const reason =
      only === undefined ? 'it holds no such files' : `nothing is called ${only.join(' or ')}`
    throw ANOMALY_NO_DATA({ path: data, reason })
  }
  const known = labels === undefined ? undefined : readWindowLabels(labels)
  const all = names.flatMap((name) => {
    const file = name === basename(data) && !isFolder(data) ? data : join(data, name)
    const table = readTable(file, readFileSync(file, 'utf8'))
    if (table.rows.length === 0) throw ANOMALY_NO_DATA({ path: file, reason: 'it has no rows' })
    return readSeries(name, file, table, columns)
  })
  const labelled =
    known === undefined || labels === undefined
      ? all
      : all.map((series) => ({ ...series, windows: windowRows(series, known, labels) }))
  if (labels !== undefined && labelled.every((series) => series.windows === undefined)) {
    throw ANOMALY_LABELS({ path: labels, problem: `it has none for "${all[0]?.name}"` })
  }
  const groups = new Set(labelled.map((series) => series.group))
  return groups.size > 1 ? labelled : labelled.map((series) => ({ ...series, group: series.name }))
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}

function findFiles(data: string): readonly string[] {
  const stats = statSync(data, { throwIfNoEntry: false })
  if (stats === undefined) throw ANOMALY_NO_DATA({ path: data, reason: 'there is no such path' })
  if (stats.isFile()) return [basename(data)]
  return readdirSync(data, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && isData(entry.name))
    .map((entry) => relative(data, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .toSorted()
}

function isWanted(name: string, only: readonly string[] | undefined): boolean {
  if (only === undefined) return true
  return only.some(
    (one) =>
      name === one || name.startsWith(`${one.replace(/\/$/, '')}/`) || name.endsWith(`/${one}`),
  )
}
