/** Takes records apart into their fields, and makes records of fields: all of one hidden class, for one list of names. */
export interface RowCode {
  /** One list of values for each name. */
  split(records: readonly unknown[]): readonly unknown[][]
  join(columns: readonly ArrayLike<unknown>[], count: number): unknown[]
}

/** Makes a function of its text, where the surroundings let one. */
export type Compile = (parameters: readonly string[], body: string) => unknown

type Fields = Record<string, unknown>

/** Names of which objects have hidden classes; more are a table. */
const NAMES_MAX = 64

/** Undefined for names that cannot be those of such records. Without `compile` it takes half as long again. */
export function rowCode(
  names: readonly string[],
  compile: Compile | undefined,
): RowCode | undefined {
  if (names.length === 0 || names.length > NAMES_MAX || names.includes('__proto__'))
    return undefined
  return compile === undefined ? plain(names) : compiled(names, compile)
}

// A function of its own for each shape: to read and set fields by variable names costs four times as much.
function compiled(names: readonly string[], compile: Compile): RowCode {
  const fields = names.map((name) => JSON.stringify(name))
  const lists = names.map((_, at) => `c${at}`)
  const split = `
    const ${lists.map((list) => `${list} = []`).join(', ')}
    for (let at = 0; at < records.length; at++) {
      const record = records[at]
      ${fields.map((field, at) => `c${at}.push(record[${field}])`).join('; ')}
    }
    return [${lists.join(', ')}]`
  const join = `
    const [${lists.join(', ')}] = columns
    const records = []
    for (let at = 0; at < count; at++) {
      records.push({ ${fields.map((field, at) => `${field}: c${at}[at]`).join(', ')} })
    }
    return records`
  return {
    split: compile(['records'], split) as RowCode['split'],
    join: compile(['columns', 'count'], join) as RowCode['join'],
  }
}

function plain(names: readonly string[]): RowCode {
  return {
    split: (records) => names.map((name) => records.map((record) => (record as Fields)[name])),
    join(columns, count) {
      const records: Fields[] = []
      for (let row = 0; row < count; row++) {
        const record: Fields = {}
        for (let at = 0; at < names.length; at++) record[names[at] as string] = columns[at]?.[row]
        records.push(record)
      }
      return records
    },
  }
}
