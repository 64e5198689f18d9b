/** `1234567` is `1,234,567`. The same everywhere, whatever the machine's language. */
export function formatCount(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, ',')
}

/** `1 record`, `2 records`; counts above a thousand with commas. */
export function plural(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`
}

/** Bytes in the largest unit that leaves a number of at most three digits: `12.3 MB`. */
export function formatBytes(bytes: number): string {
  const { digits, power, unit } = unitOf(bytes)
  return `${(bytes / 1000 ** power).toFixed(digits)} ${unit}`
}

function unitOf(bytes: number) {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let value = bytes
  let power = 0
  while (value >= 999.5 && power < units.length - 1) {
    value /= 1000
    power++
  }
  return { digits: power === 0 || value >= 99.95 ? 0 : 1, power, unit: units[power] ?? 'B' }
}

/** How many bytes of all there are, in the unit of these: `12.4 of 80.0 MB`. */
export function formatBytesOf(bytes: number, total: number): string {
  const { digits, power, unit } = unitOf(total)
  return `${(bytes / 1000 ** power).toFixed(digits)} of ${(total / 1000 ** power).toFixed(digits)} ${unit}`
}

/** What a state takes on the disk: `1.2 MB on disk`, `1.2 MB on disk, 800 kB of it journals`. */
export function formatOnDisk(state: {
  readonly size: number
  readonly journalSize: number
}): string {
  const { journalSize, size } = state
  const journals = journalSize === 0 ? '' : `, ${formatBytes(journalSize)} of it journals`
  return `${formatBytes(size)} on disk${journals}`
}

/** A span for people: `85 ms`, `2.41 s`, `1:05 min`, `2:03:04 h`. */
export function formatElapsed(ms: number): string {
  if (ms < 999.5) return `${Math.round(ms)} ms`
  if (ms < 59_995) return `${(ms / 1000).toFixed(2)} s`
  const seconds = Math.round(ms / 1000)
  const clock = formatClock(ms)
  return seconds < 3600 ? `${clock} min` : `${clock} h`
}

/** A span as a clock shows it: `0:07`, `12:34`, `1:02:03`. */
export function formatClock(ms: number): string {
  const seconds = Math.round(ms / 1000)
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes}:${two(seconds % 60)}`
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}
