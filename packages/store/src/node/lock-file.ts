import { getBuiltinModule } from 'node:process'

/**
 * Takes the lock of a file, which is made where it does not exist; undefined if somebody has it. The system releases the lock of
 * a process that ends, whatever ends it, and the locks of containers that share a disk but no process table hold each other
 * off: no process ids are compared. Node has no call for it; its SQLite has, on every system.
 */
export function lockFile(path: string): (() => Promise<void>) | undefined {
  const { DatabaseSync } = sqlite()
  const database = new DatabaseSync(path, { open: false, timeout: 0 })
  try {
    database.open()
    // An open transaction holds the lock; as nothing is ever written the file stays empty and has no journal.
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
  } catch (error) {
    if (database.isOpen) database.close()
    if (resultOf(error) === BUSY) return undefined
    throw withSystemCode(error)
  }
  return async () => database.close()
}

const BUSY = 5
const NOT_OPENED = 14

/** What SQLite said; its extended results have more bits. */
function resultOf(error: unknown): number | undefined {
  const code = error instanceof Error && 'errcode' in error ? error.errcode : undefined
  return typeof code === 'number' ? code & 0xff : undefined
}

function withSystemCode(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  return Object.assign(error, { code: resultOf(error) === NOT_OPENED ? 'EACCES' : 'EIO' })
}

/** The module without the warning that Node 24 printed about it at first. */
function sqlite(): typeof import('node:sqlite') {
  const warn = Object.getOwnPropertyDescriptor(process, 'emitWarning')
  process.emitWarning = () => undefined
  try {
    return getBuiltinModule('node:sqlite')
  } finally {
    if (warn !== undefined) Object.defineProperty(process, 'emitWarning', warn)
  }
}
