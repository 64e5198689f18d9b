import type { Letter } from '@millrace/job'
import type { Paint } from '../paint.ts'
import { formatTime, oneLine, placeOf } from './letters-text.ts'
import { alignRows, type Align, clip } from './table.ts'

/** What is parked of one stage and key. */
export interface ParkedGroup {
  readonly stage: string
  readonly key: Letter['key']
  records: number
  /** How many of them failed; the others wait behind one that did. */
  failed: number
  /** When the first was parked, epoch ms. */
  since: number
  /** The first that failed. */
  example: Letter | undefined
}

/** Counts parked records by stage and key, in the order in which the first of each came. */
export function groupParked(records: readonly Letter[]): readonly ParkedGroup[] {
  const groups = new Map<string, ParkedGroup>()
  for (const letter of records) {
    const { error, key, stage, time } = letter
    const name = JSON.stringify([stage, key])
    const group: ParkedGroup = groups.get(name) ?? {
      stage,
      key,
      records: 0,
      failed: 0,
      since: time,
      example: undefined,
    }
    groups.set(name, group)
    group.records++
    group.since = Math.min(group.since, time)
    if (error === null) continue
    group.failed++
    group.example ??= letter
  }
  return [...groups.values()]
}

/** A table of groups, each with what went wrong first. `width` clips lines. */
export function renderParked(
  groups: readonly ParkedGroup[],
  { paint, width }: { readonly paint: Paint; readonly width: number | undefined },
): string {
  const head = ['stage', 'key', 'records', 'failed', 'since', 'why']
  const align: Align[] = ['left', 'left', 'right', 'right']
  const rows = groups.map(({ example, failed, key, records, since, stage }) => [
    oneLine(stage),
    oneLine(renderKey(key)),
    String(records),
    String(failed),
    formatTime(since),
    example === undefined
      ? 'nothing before them is parked any more'
      : oneLine(`${placeOf(example)}: ${example.error?.code} ${example.error?.message}`),
  ])
  const lines = alignRows([head.map((name) => paint('dim', name)), ...rows], align)
  return lines.map((line) => `${width === undefined ? line : clip(line, width)}\n`).join('')
}

function renderKey(key: Letter['key']): string {
  if (key === null) return ''
  const parts = Object.entries(key).map(([name, value]) => {
    return `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`
  })
  return parts.join(' ')
}
