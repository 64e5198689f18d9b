import { FILE_DEPTH, FILE_JSON, FILE_LINE_TOO_LONG, FILE_UTF8 } from '../errors.ts'
import { findJsonFault } from './json-fault.ts'

/** What one line holds. */
export interface Told {
  readonly line: number
  /** Where it begins in the file, and where it ends. */
  readonly from: number
  readonly to: number
  readonly value?: unknown
  /** Why there is no value. */
  readonly fault?: {
    readonly code: string
    readonly message: string
    readonly raw: string | Uint8Array
  }
}

/** A file of JSON lines, by JSON.parse, one line at a time. */
export interface ToldFile {
  readonly entries: readonly Told[]
  /** By how many lines lie before it: where a line begins, and how many entries there are in front of it. */
  readonly starts: readonly number[]
  readonly counts: readonly number[]
}

const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Reads a file as the documentation of the format says, and nothing else. */
export function readByParse(file: Buffer, maxLine: number, sizeName: string): ToldFile {
  const hasMark = file[0] === 0xef && file[1] === 0xbb && file[2] === 0xbf
  const entries: Told[] = []
  const starts: number[] = []
  const counts: number[] = []
  let from = hasMark ? 3 : 0
  for (let line = 1; from < file.length; line++) {
    starts.push(from)
    counts.push(entries.length)
    const feed = file.indexOf('\n', from)
    const end = feed === -1 ? file.length : feed
    const to = end > from && file[end - 1] === 13 ? end - 1 : end
    if (to > from) entries.push(readLine(file.subarray(from, to), { line, from, to }))
    from = end + 1
  }
  return { entries, starts: [...starts, from], counts: [...counts, entries.length] }

  function readLine(bytes: Buffer, place: Pick<Told, 'line' | 'from' | 'to'>): Told {
    if (bytes.length > maxLine) {
      const message = `The line is longer than ${sizeName} (maxLine).`
      return { ...place, fault: { code: FILE_LINE_TOO_LONG, message, raw: rawOf(bytes) } }
    }
    if (bytes.length > 2000 && depthOf(bytes.toString('latin1')) > 1000) {
      const message = 'The value nests deeper than 1,000 levels.'
      return { ...place, fault: { code: FILE_DEPTH, message, raw: rawOf(bytes) } }
    }
    const line = textOf(bytes)
    if (line === undefined) {
      const message = 'The text is not valid UTF-8.'
      return { ...place, fault: { code: FILE_UTF8, message, raw: rawOf(bytes) } }
    }
    try {
      return { ...place, value: JSON.parse(line) as unknown }
    } catch {
      return {
        ...place,
        fault: { code: FILE_JSON, message: findJsonFault(line), raw: rawOf(bytes) },
      }
    }
  }
}

function textOf(bytes: Uint8Array): string | undefined {
  try {
    return text.decode(bytes)
  } catch {
    return undefined
  }
}

/** Of what is long only the start is kept, without a character that it cuts. */
function rawOf(bytes: Uint8Array): string | Uint8Array {
  const kept = bytes.subarray(0, 65_536)
  const cuts = kept.length < bytes.length ? [0, 1, 2, 3] : [0]
  const texts = cuts.map((cut) => textOf(kept.subarray(0, kept.length - cut)))
  return texts.find((found) => found !== undefined) ?? Uint8Array.from(kept)
}

/** The deepest level outside of texts. */
function depthOf(line: string): number {
  let depth = 0
  let most = 0
  for (const mark of line.replaceAll(/"(?:[^"\\]|\\[^])*("|\\?$)/g, '').match(/[[\]{}]/g) ?? []) {
    depth += mark === '[' || mark === '{' ? 1 : -1
    most = Math.max(most, depth)
  }
  return most
}
