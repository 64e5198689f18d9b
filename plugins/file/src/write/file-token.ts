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
}

/** What a sink has prepared, by the names of its files in its folder. */
export interface FileToken {
  /** The mark in the names of its hidden files. */
  readonly mark: string
  /** Whether its commit gives all files their names. */
  readonly final: boolean
  readonly files: ReadonlyMap<string, FileEntry>
  /** Finished parts, and the bytes of each. */
  readonly parts: ReadonlyMap<string, number>
}

/** A token as JSON data: size, body, index of the columns, ours; what is not there at the end is left out. */
type Row = readonly [size: number, body?: number | null, columns?: number | null, ours?: 1]

interface PlainToken {
  readonly mark: string
  readonly final?: boolean
  readonly files?: Readonly<Record<string, Row>>
  readonly columns?: readonly (readonly string[])[]
  readonly parts?: Readonly<Record<string, number>>
}

/** Many files have the same columns, and most have nothing but a size: about 30 bytes for each. */
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
    if (entry.ours === true) return [entry.size, entry.body ?? null, index, 1]
    if (index !== null) return [entry.size, entry.body ?? null, index]
    return entry.body === undefined ? [entry.size] : [entry.size, entry.body]
  }
  const files = [...token.files].map(([name, entry]): [string, Row] => [name, rowOf(entry)])
  return {
    mark: token.mark,
    ...(token.final && { final: true }),
    ...(files.length > 0 && { files: Object.fromEntries(files) }),
    ...(columns.length > 0 && { columns }),
    ...(token.parts.size > 0 && { parts: Object.fromEntries(token.parts) }),
  }
}

/** The opposite of `packToken`. */
export function unpackToken(plain: Readonly<Record<string, unknown>>): FileToken {
  const {
    columns = [],
    files = {},
    final = false,
    mark,
    parts = {},
  } = plain as unknown as PlainToken
  const entryOf = ([size, body, index, ours]: Row): FileEntry => ({
    size,
    body: body ?? undefined,
    columns: typeof index === 'number' ? columns[index] : undefined,
    ours: ours === 1,
  })
  return {
    mark,
    final,
    files: new Map(Object.entries(files).map(([name, row]) => [name, entryOf(row)])),
    parts: new Map(Object.entries(parts)),
  }
}
