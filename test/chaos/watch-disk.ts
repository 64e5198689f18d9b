// Loaded into a job's process in front of everything else (node --import): writes down what the process does to its files, and
// kills it at one of these steps if it is told to. A plan in the environment says where and when.
import fs from 'node:fs'
import promises, { type FileHandle } from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { relative, resolve } from 'node:path'
import type { DatabaseSync as Database, StatementSync } from 'node:sqlite'
import type { Aim, WatchPlan } from './aim.ts'

const plan = JSON.parse(process.env['MILLRACE_CHAOS'] ?? '{}') as WatchPlan
const root = process.cwd()
const trace = fs.openSync(plan.trace, 'a')
const tell = fs.writeSync
const paths = new WeakMap<object, string>()
let steps = 0
let matching = 0
let isDoomed = false

type Prepare = (this: object, sql: string) => StatementSync
type Call = (this: unknown, ...args: unknown[]) => unknown

/** A step that is about to be taken. */
interface Step {
  readonly op: string
  readonly path: string
  /** Another path, such as the new name. */
  readonly to?: string
}

function areaOf(path: string): string | undefined {
  const [first = ''] = relative(root, path).split(/[\\/]/)
  return ['state', 'out', 'input'].includes(first) ? first : undefined
}

const nameOf = (path: string): string => relative(root, path).replaceAll('\\', '/')

function die(id: number, when: string): void {
  isDoomed = true
  tell(trace, `${process.uptime()}\t!\t${id}\t${when}\n`)
  process.kill(process.pid, 'SIGKILL')
}

/** When to die of this step, if at all. */
function fatal({ op, path }: Step): Aim['when'] | undefined {
  const { aim } = plan
  if (aim === undefined || isDoomed) return undefined
  const area = areaOf(path)
  if (area === 'input' || (aim.area !== 'any' && aim.area !== area)) return undefined
  if (aim.op !== 'any' && !op.startsWith(aim.op)) return undefined
  return ++matching === aim.nth ? aim.when : undefined
}

/** Takes a step, and tells when it begins and ends. */
function take(step: Step, go: () => unknown, half?: () => void): unknown {
  const id = ++steps
  const to = step.to === undefined ? '' : `\t${nameOf(step.to)}`
  tell(trace, `${process.uptime()}\t>\t${id}\t${step.op}\t${nameOf(step.path)}${to}\n`)
  const when = fatal(step)
  if (when === 'before') die(id, when)
  if (when === 'half') {
    half?.()
    die(id, when)
  }
  const result = go()
  if (when === 'during') die(id, when)
  const end = (): void => {
    tell(trace, `${process.uptime()}\t<\t${id}\n`)
    if (when === 'after') die(id, when)
  }
  if (result instanceof Promise) void result.then(end, end)
  else end()
  return result
}

/** Puts a call in the place of another one; `stepOf` says what it does, or that it is none of ours. */
function watch(
  target: object,
  name: string,
  stepOf: (self: unknown, args: readonly unknown[]) => Step | undefined,
  halfOf?: (self: unknown, args: readonly unknown[]) => () => void,
): void {
  const original = Reflect.get(target, name) as Call
  Reflect.set(target, name, function watched(this: unknown, ...args: unknown[]): unknown {
    const step = stepOf(this, args)
    if (step === undefined) return original.apply(this, args)
    return take(step, () => original.apply(this, args), halfOf?.(this, args))
  })
}

const pathOf = (value: unknown): string | undefined => {
  if (typeof value !== 'string') return undefined
  const path = resolve(value)
  return areaOf(path) === undefined ? undefined : path
}

function watchPaths(): void {
  for (const name of ['rm', 'unlink', 'truncate', 'mkdir', 'writeFile', 'stat', 'readdir']) {
    watch(promises, name, (_, [first]) => {
      const path = pathOf(first)
      return path === undefined ? undefined : { op: name, path }
    })
  }
  for (const name of ['rename', 'link', 'copyFile']) {
    watch(promises, name, (_, [first, second]) => {
      const path = pathOf(first)
      return path === undefined ? undefined : { op: name, path, to: resolve(String(second)) }
    })
  }
  watch(fs, 'createReadStream', (_, [first]) => {
    const path = pathOf(first)
    return path === undefined ? undefined : { op: 'open r', path }
  })
}

function watchOpen(): void {
  const open = promises.open.bind(promises)
  Reflect.set(promises, 'open', (...args: Parameters<typeof open>): Promise<FileHandle> => {
    const path = pathOf(args[0])
    if (path === undefined) return open(...args)
    const opened = take({ op: `open ${args[1] ?? 'r'}`, path }, () => open(...args))
    return (opened as Promise<FileHandle>).then((handle) => {
      paths.set(handle, path)
      return handle
    })
  })
}

/** The first half of what is to be written gets there. */
function halfWrite(self: unknown, [bytes, offset, length]: readonly unknown[]): () => void {
  return () => {
    if (!(bytes instanceof Uint8Array)) return
    const from = typeof offset === 'number' ? offset : 0
    const all = typeof length === 'number' ? length : bytes.length - from
    tell((self as FileHandle).fd, bytes, from, all >> 1)
  }
}

async function watchHandles(): Promise<void> {
  await using sample = await promises.open(import.meta.filename)
  const handles = Object.getPrototypeOf(sample) as object
  for (const name of [
    'write',
    'writev',
    'appendFile',
    'writeFile',
    'sync',
    'datasync',
    'truncate',
  ]) {
    const stepOf = (self: unknown): Step | undefined => {
      const path = paths.get(self as object)
      return path === undefined ? undefined : { op: name, path }
    }
    watch(handles, name, stepOf, name === 'write' ? halfWrite : undefined)
  }
}

async function watchDatabases(): Promise<void> {
  const { DatabaseSync, StatementSync: Statement } = await import('node:sqlite')
  const prepare = Object.getOwnPropertyDescriptor(DatabaseSync.prototype, 'prepare')
    ?.value as Prepare
  const placeOf = (database: unknown): string | undefined => {
    const path = (database as Database).location()
    return path === null ? undefined : pathOf(path)
  }
  Reflect.set(DatabaseSync.prototype, 'prepare', function prepared(this: object, sql: string) {
    const statement = prepare.call(this, sql)
    const path = placeOf(this)
    if (path !== undefined) {
      paths.set(statement, path)
      words.set(statement, wordOf(sql))
    }
    return statement
  })
  watch(DatabaseSync.prototype, 'exec', (self, [sql]) => {
    const path = placeOf(self)
    if (path === undefined || areaOf(path) === 'state') return undefined
    return { op: `sql ${wordOf(String(sql))}`, path }
  })
  watch(Statement.prototype, 'run', (self) => {
    const path = paths.get(self as object)
    return path === undefined ? undefined : { op: `sql ${words.get(self as object) ?? ''}`, path }
  })
}

const words = new WeakMap<object, string>()
const wordOf = (sql: string): string => /\w+/.exec(sql)?.[0].toLowerCase() ?? ''

watchPaths()
watchOpen()
await watchHandles()
if (plan.databases === true) await watchDatabases()
syncBuiltinESMExports()
