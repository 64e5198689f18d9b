type Sqlite = typeof import('node:sqlite')

/** Node's SQLite. Some versions warn of it as experimental, which says nothing to those who run a job. */
export function loadSqlite(): Sqlite {
  const own = Object.getOwnPropertyDescriptor(process, 'emitWarning')
  const emit = process.emitWarning.bind(process)
  process.emitWarning = (warning: string | Error, ...rest: never[]): void => {
    if (!String(warning).startsWith('SQLite is an experimental feature')) emit(warning, ...rest)
  }
  try {
    return process.getBuiltinModule('node:sqlite')
  } finally {
    Object.defineProperty(process, 'emitWarning', own ?? { value: emit })
  }
}
