import { messageOf } from '@millrace/base'
import { ANOMALY_ROW } from '../errors.ts'

/** The rows of a file, each with a cell for every column: text of a CSV file, any JSON value of a file of JSON lines. */
export interface Table {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly unknown[])[]
  /** Line of each row in the file, from 1. */
  readonly lines: readonly number[]
}

/** Reads CSV with a header, or JSON lines where the name ends in .jsonl or .ndjson. Throws ANOMALY_ROW with file and line. */
export function readTable(file: string, text: string): Table {
  return /\.(?:jsonl|ndjson)$/.test(file) ? readJsonLines(file, text) : readCsv(file, text)
}

const isNothing = (line: string): boolean => line.trim() === ''

function readCsv(file: string, text: string): Table {
  const all = text.replace(/^\uFEFF/, '').split('\n')
  const header = splitLine(all[0] ?? '')
  const rows: (readonly string[])[] = []
  const lines: number[] = []
  for (let index = 1; index < all.length; index++) {
    const line = all[index] as string
    if (isNothing(line)) continue
    const cells = splitLine(line)
    if (cells.length !== header.length) {
      const expected = `${header.length} cells, as the header has`
      throw ANOMALY_ROW({ expected, got: `${cells.length}` }, { file, line: index + 1 })
    }
    rows.push(cells)
    lines.push(index + 1)
  }
  return { columns: header.map((name) => name.trim()), rows, lines }
}

/** Cells of one line; a quoted cell may hold commas and doubled quotes, but no line end. */
function splitLine(text: string): readonly string[] {
  const line = text.endsWith('\r') ? text.slice(0, -1) : text
  if (!line.includes('"')) return line.split(',')
  const cells = line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)
  return Array.from(cells, ([, quoted, bare]) => quoted?.replaceAll('""', '"') ?? bare ?? '')
}

function readJsonLines(file: string, text: string): Table {
  const columns = new Map<string, number>()
  const objects: Readonly<Record<string, unknown>>[] = []
  const lines: number[] = []
  text.split('\n').forEach((line, index) => {
    if (isNothing(line)) return
    const value = parseLine(line, { file, line: index + 1 })
    for (const name of Object.keys(value)) if (!columns.has(name)) columns.set(name, columns.size)
    objects.push(value)
    lines.push(index + 1)
  })
  const names = [...columns.keys()]
  const rows = objects.map((object) =>
    names.map((name) => (Object.hasOwn(object, name) ? object[name] : null)),
  )
  return { columns: names, rows, lines }
}

function parseLine(
  line: string,
  where: { readonly file: string; readonly line: number },
): Readonly<Record<string, unknown>> {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch (error) {
    throw ANOMALY_ROW({ expected: 'a JSON object', got: messageOf(error) }, where, error)
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Readonly<Record<string, unknown>>
  }
  throw ANOMALY_ROW({ expected: 'a JSON object', got: line.trim().slice(0, 40) }, where)
}
