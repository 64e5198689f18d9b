import { formatDuration } from '@millrace/base'
import type { SeenMessage, StreamInfo } from '../commands/streams/stream-plugin.ts'
import type { Paint } from '../paint.ts'
import { formatTime, oneLine } from './letters-text.ts'
import { formatBytes, formatCount } from './quantity.ts'
import { type Align, alignRows, clip } from './table.ts'

const right = (count: number): Align[] => Array.from({ length: count }, () => 'right')

function table(
  head: readonly string[],
  rows: readonly string[][],
  align: Align[],
  paint: Paint,
): string {
  const lines = alignRows([head.map((name) => paint('dim', name)), ...rows], align)
  return lines.map((line) => `${line}\n`).join('')
}

/** A table of streams. */
export function renderStreams(streams: readonly StreamInfo[], paint: Paint): string {
  const head = ['stream', 'status', 'messages', 'size', 'next', 'lost', 'groups']
  const rows = streams.map(({ bytes, count, groups, lost, name, next, status }) => [
    oneLine(name),
    status,
    formatCount(count),
    formatBytes(bytes),
    formatCount(next),
    formatCount(lost),
    oneLine(
      groups.map((group) => `${group.name} (${formatCount(group.waiting)} waiting)`).join(', '),
    ),
  ])
  return table(head, rows, ['left', 'left', ...right(4)], paint)
}

/** All there is to say of a stream. */
export function renderStream(stream: StreamInfo, paint: Paint): string {
  const { bytes, count, created, first, groups, lost, next, prepared, retention, status } = stream
  const lines = alignRows([
    ['status', `${status}, made ${formatTime(created)}`],
    [
      'messages',
      `${formatCount(count)} (${formatBytes(bytes)}), ${count === 0 ? `the next has offset ${next}` : `from offset ${first} to ${next - 1}`}`,
    ],
    ['lost', `${formatCount(lost)} deleted before all groups had done them`],
    ['prepared', `${formatCount(prepared)} written by jobs and not committed yet`],
    ['retention', renderRetention(retention)],
  ])
  const text = `${stream.name}\n${lines.map((line) => `  ${line}\n`).join('')}`
  if (groups.length === 0) return `${text}\nno group has read it yet\n`
  const head = ['group', 'next', 'waiting', 'leased', 'dead', 'done']
  const rows = groups.map(({ dead, done, leased, name, next, waiting }) => [
    oneLine(name),
    ...[next, waiting, leased, dead, done].map(formatCount),
  ])
  return `${text}\n${table(head, rows, ['left', ...right(5)], paint)}`
}

function renderRetention(retention: StreamInfo['retention']): string {
  const { ageMs, bytes, count, unread } = retention
  const limits = [
    typeof ageMs === 'number' && `age ${formatDuration(ageMs)}`,
    typeof bytes === 'number' && `size ${formatBytes(bytes)}`,
    typeof count === 'number' && `count ${formatCount(count)}`,
  ].filter((text) => text !== false)
  if (limits.length === 0) return 'everything is kept'
  return `${limits.join(', ')}${unread === true ? ', also what is unread' : ''}`
}

/** A table of messages as a group sees them. `width` clips lines. */
export function renderSeen(
  messages: readonly SeenMessage[],
  { paint, width }: { readonly paint: Paint; readonly width: number | undefined },
): string {
  if (messages.length === 0) return 'no such message\n'
  const head = ['offset', 'time', 'state', 'attempts', 'value']
  const rows = messages.map(({ attempts, error, offset, state, time, value }) => [
    String(offset),
    formatTime(time),
    state,
    String(attempts),
    oneLine(`${JSON.stringify(value)}${error === undefined ? '' : `  (${error})`}`),
  ])
  const align: Align[] = ['right', 'left', 'left', 'right']
  const lines = table(head, rows, align, paint).trimEnd().split('\n')
  return lines.map((line) => `${width === undefined ? line : clip(line, width)}\n`).join('')
}
