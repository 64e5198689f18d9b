const slotMs = 900_000
const slotsMax = 20_000

/** The offsets of one zone, asked from Intl once per quarter of an hour. */
interface Zone {
  readonly format: Intl.DateTimeFormat
  readonly offsets: Map<number, number>
}

const zones = new Map<string, Zone | undefined>()

function zoneOf(name: string): Zone | undefined {
  if (!zones.has(name)) {
    // Names may come from records; wrong ones must not fill the memory.
    if (zones.size >= 1000) zones.clear()
    zones.set(name, createZone(name))
  }
  return zones.get(name)
}

function createZone(name: string): Zone | undefined {
  try {
    const format = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      era: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
    return { format, offsets: new Map() }
  } catch {
    return undefined
  }
}

/** Whether the name is an IANA zone this machine knows, or UTC. */
export function isZone(name: string): boolean {
  return name === 'UTC' || zoneOf(name) !== undefined
}

/** What a clock on the wall of the zone shows at `ms`, as if it were UTC. NaN for an unknown zone. */
export function localTime(ms: number, name: string): number {
  if (name === 'UTC') return ms
  const zone = zoneOf(name)
  return zone === undefined ? NaN : ms + offsetAt(zone, ms)
}

/**
 * The time at which the clock of the zone shows `local`. Of the two times when clocks are set back the first; a time that
 * is skipped when they are set forward counts on from before the jump.
 */
export function fromLocalTime(local: number, name: string): number {
  if (name === 'UTC') return local
  const zone = zoneOf(name)
  if (zone === undefined) return NaN
  const before = offsetAt(zone, local - 86_400_000)
  const after = offsetAt(zone, local + 86_400_000)
  if (before === after || offsetAt(zone, local - before) === before) return local - before
  return offsetAt(zone, local - after) === after ? local - after : local - before
}

/** Local minus UTC in ms. Offsets are kept for the quarters of an hour within which they do not change. */
function offsetAt(zone: Zone, ms: number): number {
  const slot = Math.floor(ms / slotMs)
  const known = zone.offsets.get(slot)
  if (known !== undefined) return known
  const first = readOffset(zone, slot * slotMs)
  if (first !== readOffset(zone, (slot + 1) * slotMs - 1)) return readOffset(zone, ms)
  if (zone.offsets.size >= slotsMax) zone.offsets.clear()
  zone.offsets.set(slot, first)
  return first
}

function readOffset(zone: Zone, ms: number): number {
  const fields: Partial<Record<Intl.DateTimeFormatPartTypes, string>> = {}
  const seconds = Math.floor(ms / 1000) * 1000
  for (const part of zone.format.formatToParts(seconds)) fields[part.type] = part.value
  const written = Number(fields.year)
  const date = new Date(0)
  date.setUTCFullYear(
    fields.era?.startsWith('B') === true ? 1 - written : written,
    Number(fields.month) - 1,
    Number(fields.day),
  )
  date.setUTCHours(Number(fields.hour), Number(fields.minute), Number(fields.second))
  return date.getTime() - seconds
}
