import type { Letter } from '@millrace/job'
import type { BrokenLine } from '../letters/read-letters.ts'
import type { Paint } from '../paint.ts'
import { plural } from './quantity.ts'
import { alignRows, type Align, clip, textWidth } from './table.ts'

/** Dead letters of one code and stage. */
export interface LetterGroup {
  readonly code: string
  readonly stage: string
  count: number
  /** How many of them were replayed. */
  replayed: number
  /** When the first and the last were given up, epoch ms. */
  first: number
  last: number
  /** The first one. */
  readonly example: Letter
}

/** Counts letters by code and stage, the largest group first. */
export function groupLetters(
  letters: readonly { readonly letter: Letter; readonly isReplayed: boolean }[],
): readonly LetterGroup[] {
  const groups = new Map<string, LetterGroup>()
  for (const { letter, isReplayed } of letters) {
    const code = letter.error?.code ?? ''
    const { stage, time } = letter
    const key = JSON.stringify([code, stage])
    const group = groups.get(key) ?? {
      code,
      stage,
      count: 0,
      replayed: 0,
      first: time,
      last: time,
      example: letter,
    }
    group.count++
    if (isReplayed) group.replayed++
    group.first = Math.min(group.first, time)
    group.last = Math.max(group.last, time)
    groups.set(key, group)
  }
  return [...groups.values()].toSorted((a, b) => b.count - a.count)
}

/** A table of groups, each with an example of what went wrong. `width` clips lines; undefined: they are as long as they are. */
export function renderGroups(
  groups: readonly LetterGroup[],
  { paint, width }: { readonly paint: Paint; readonly width: number | undefined },
): string {
  const head = ['code', 'stage', 'count', 'replayed', 'first', 'last', 'example']
  const align: Align[] = ['left', 'left', 'right', 'right']
  const rows = groups.map((group) => [
    oneLine(group.code),
    oneLine(group.stage),
    String(group.count),
    String(group.replayed),
    formatTime(group.first),
    formatTime(group.last),
    oneLine(`${placeOf(group.example)}: ${group.example.error?.message ?? ''}`),
  ])
  const lines = alignRows([head.map((name) => paint('dim', name)), ...rows], align)
  return lines.map((line) => `${cut(line, width)}\n`).join('')
}

/** Where a letter comes from: `in.jsonl:17`, `in.jsonl byte 1690` where workers read it, or the id where it has no line. */
export function placeOf({ id, position }: Letter): string {
  if (position === null) return id
  const name = position.partition === '' ? position.source : position.partition
  if (position.line === null)
    return position.unit === undefined ? id : `${name} byte ${position.offset}`
  return `${name}:${position.line}`
}

/** Lines of a file that are no letters, for people. */
export function renderBroken(path: string, broken: readonly BrokenLine[], paint: Paint): string {
  if (broken.length === 0) return ''
  const first = broken.slice(0, 5).map(({ line, reason }) => `  ${path}:${line}: ${reason}\n`)
  const rest = broken.length - first.length
  const more = rest > 0 ? `  and ${rest} more\n` : ''
  const what = `${plural(broken.length, 'line')} left out, being no dead letter`
  return `${paint('yellow', 'warning')}: ${what}\n${first.join('')}${more}`
}

/** `2001-01-14T21:55:03Z`. */
export function formatTime(ms: number): string {
  // What no clock can show is shown as it is.
  if (Math.abs(ms) > 8.64e15) return String(ms)
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z')
}

/** A text of a record, on one line and without what a terminal would obey. */
export function oneLine(text: string): string {
  return text.replaceAll(/[\s\p{Cc}]+/gu, ' ')
}

function cut(line: string, width: number | undefined): string {
  return width === undefined || textWidth(line) <= width ? line : clip(line, width)
}
