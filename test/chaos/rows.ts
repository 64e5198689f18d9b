import { gzipSync } from 'node:zlib'
import type { Draw } from './draw.ts'

/** A record of a generated input. */
export interface Row {
  readonly id: number
  /** Event time, epoch ms. */
  readonly t: number
  readonly key: string
  readonly n: number
  readonly price: number
  readonly text: string
}

/** What is to be generated. */
export interface RowOptions {
  readonly count: number
  readonly keys: number
  /** Event time between two records, ms. */
  readonly stepMs?: number
  /** How far records are out of order, ms. */
  readonly disorderMs?: number
  /** Share of the records that are further behind. */
  readonly late?: number
}

const START = Date.UTC(2026, 0, 5)
const words = ['mill', 'race', 'wheel', 'sluice', 'grain', 'Mühle', 'a,b', '"quoted"', '']

/** Records by event time, but for their disorder. */
export function rowsOf(draw: Draw, options: RowOptions): readonly Row[] {
  const { count, disorderMs = 0, keys, late = 0, stepMs = 100 } = options
  return Array.from({ length: count }, (_, id): Row => {
    const behind = late > 0 && draw.chance(late) ? disorderMs + draw.number(1, 40 * stepMs) : 0
    return {
      id,
      t: START + id * stepMs - Math.max(behind, draw.number(0, disorderMs)),
      key: `k${draw.number(0, keys - 1)}`,
      n: draw.number(0, 999),
      price: draw.number(0, 99_999) / 100,
      text: draw.pick(words),
    }
  })
}

/** As JSON lines. */
export const jsonLines = (rows: readonly object[]): string =>
  rows.map((row) => `${JSON.stringify(row)}\n`).join('')

/** As CSV with a header. */
export function csv(rows: readonly Row[]): string {
  const cell = (value: unknown): string => {
    const text = String(value)
    return /[",\n]|^$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
  }
  const lines = rows.map((row) => `${Object.values(row).map(cell).join(',')}\n`)
  return `${Object.keys(rows[0] ?? {}).join(',')}\n${lines.join('')}`
}

/** A file in a form that is drawn, and its name. */
export function drawnFile(
  draw: Draw,
  name: string,
  rows: readonly Row[],
): { readonly name: string; readonly files: Readonly<Record<string, string | Uint8Array>> } {
  const form = draw.pick(['jsonl', 'jsonl', 'csv', 'json', 'jsonl.gz', 'several'] as const)
  if (form === 'several') {
    const third = Math.ceil(rows.length / 3)
    const parts = [0, 1, 2].map((part): [string, string] => [
      `${name}-${part}.jsonl`,
      jsonLines(rows.slice(part * third, (part + 1) * third)),
    ])
    return { name: `${name}-*.jsonl`, files: Object.fromEntries(parts) }
  }
  const full = `${name}.${form}`
  if (form === 'csv') return { name: full, files: { [full]: csv(rows) } }
  if (form === 'json') return { name: full, files: { [full]: JSON.stringify(rows) } }
  const lines = jsonLines(rows)
  return { name: full, files: { [full]: form === 'jsonl' ? lines : gzipSync(lines) } }
}
