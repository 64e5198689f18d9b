const units: readonly (readonly [name: string, milliseconds: number])[] = [
  ['w', 604_800_000],
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
]

const part = /(\d+(?:\.\d+)?)(ms|w|d|h|m|s)/gy

/**
 * Milliseconds of a text such as `250ms`, `1.5s` or `1h30m`: units `w d h m s ms`, each at most once, the larger first.
 * Undefined when the text is not a duration; a number without a unit is none.
 */
export function parseDuration(text: string): number | undefined {
  let total = 0
  let end = 0
  let smallest = Infinity
  part.lastIndex = 0
  for (let match = part.exec(text); match !== null; match = part.exec(text)) {
    const size = units.find(([name]) => name === match?.[2])?.[1] ?? 0
    if (size >= smallest) return undefined
    smallest = size
    total += Number(match[1]) * size
    end = part.lastIndex
  }
  return end > 0 && end === text.length && Number.isFinite(total) ? total : undefined
}

/** The shortest exact text of a duration in milliseconds: `1h30m`, `250ms`, `0ms`. Weeks are written as days. */
export function formatDuration(ms: number): string {
  if (!Number.isFinite(ms)) return `${ms}ms`
  if (ms === 0) return '0ms'
  let rest = Math.abs(ms)
  let text = ms < 0 ? '-' : ''
  for (const [name, size] of units) {
    if (name === 'w') continue
    const count = name === 'ms' ? rest : Math.floor(rest / size)
    if (count > 0) text += `${count}${name}`
    rest -= count * size
  }
  return text
}
