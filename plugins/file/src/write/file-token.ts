/** What a checkpoint says of one file. */
export interface FileEntry {
  /** Bytes that are on the disk. */
  readonly size: number
  /** Bytes without what closes it; there where it is closed, so that it can be gone on with from there. */
  readonly body?: number | undefined
  /** Columns that the first record named; CSV only. */
  readonly columns?: readonly string[] | undefined
  /** A commit of this job has given it its name. */
  readonly ours?: boolean | undefined
  /** Checksum of the bytes without what closes it; absent where others may write to the file, and in tokens of old. */
  readonly crc?: number | undefined
}

/** What a sink has prepared, by the names of its files in its folder. */
export interface FileToken {
  /** The mark in the names of its hidden files. */
  readonly mark: string
  /** Whether its commit gives all files their names. */
  readonly final: boolean
  /** Number of the checkpoint; absent in tokens of old. */
  readonly checkpoint?: number | undefined
  readonly files: ReadonlyMap<string, FileEntry>
  /** Finished parts, and the bytes of each. */
  readonly parts: ReadonlyMap<string, number>
}

/** A token as JSON data: size, body, index of the columns, ours; what is not there at the end is left out. The checksum is a text behind them. */
type Row = readonly [size: number, ...more: (number | string | null)[]]

interface PlainToken {
  readonly mark: string
  readonly final?: boolean
  readonly checkpoint?: number
  readonly files?: Readonly<Record<string, Row>>
  readonly columns?: readonly (readonly string[])[]
  readonly parts?: Readonly<Record<string, number>>
}

/** Many files have the same columns, and most have nothing but a size and a checksum: about 30 bytes for each. */
export function packToken(token: FileToken): Readonly<Record<string, unknown>> {
  const indexes = new Map<string, number>()
  const columns: (readonly string[])[] = []
  const rowOf = (entry: FileEntry): Row => {
    let index: number | null = null
    if (entry.columns !== undefined) {
      const text = JSON.stringify(entry.columns)
      index = indexes.get(text) ?? columns.push(entry.columns) - 1
      indexes.set(text, index)
    }
    const { body = null, crc, ours, size } = entry
    const sum = crc === undefined ? [] : [crc.toString(36)]
    if (ours === true) return [size, body, index, 1, ...sum]
    if (index !== null) return [size, body, index, ...sum]
    return body === null ? [size, ...sum] : [size, body, ...sum]
  }
  const files = [...token.files].map(([name, entry]): [string, Row] => [name, rowOf(entry)])
  return {
    mark: token.mark,
    ...(token.final && { final: true }),
    ...(token.checkpoint !== undefined && { checkpoint: token.checkpoint }),
    ...(files.length > 0 && { files: Object.fromEntries(files) }),
    ...(columns.length > 0 && { columns }),
    ...(token.parts.size > 0 && { parts: Object.fromEntries(token.parts) }),
  }
}

/** The opposite of `packToken`. */
export function unpackToken(plain: Readonly<Record<string, unknown>>): FileToken {
  const {
    checkpoint,
    columns = [],
    files = {},
    final = false,
    mark,
    parts = {},
  } = plain as unknown as PlainToken
  const entryOf = ([size, ...more]: Row): FileEntry => {
    const [body, index, ours] = more.map((one) => (typeof one === 'number' ? one : undefined))
    const sum = more.at(-1)
    return {
      size,
      body,
      columns: index === undefined ? undefined : columns[index],
      ours: ours === 1,
      crc: typeof sum === 'string' ? Number.parseInt(sum, 36) : undefined,
    }
  }
  return {
    mark,
    final,
    checkpoint,
    files: new Map(Object.entries(files).map(([name, row]) => [name, entryOf(row)])),
    parts: new Map(Object.entries(parts)),
  }
}
