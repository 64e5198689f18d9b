import { existsSync, readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { fileURLToPath } from 'node:url'

// Files of a job, by URL, each with the files of the job that it imports.
const files = new Map<string, Set<string>>()
const checkMark = '?syntax'
let registered = false

/**
 * From now on a file, and all it imports by relative paths, loads as an ES module whatever the package.json around it says
 * (`npm init -y` says commonjs), and finds `./c` or `./c.js` where only c.ts exists. Other modules are left alone.
 */
export function treatAsModule(url: string): void {
  if (!files.has(url)) files.set(url, new Set())
  if (registered) return
  registered = true
  registerHooks({
    resolve(specifier, context, next) {
      const imports = files.get(context.parentURL ?? '')
      if (imports === undefined || !/^(?:\.{1,2}\/|\/|file:)/.test(specifier)) {
        return next(specifier, context)
      }
      const found = resolveRelative(specifier, context.parentURL ?? '', (url) => next(url, context))
      if (!isOwn(found.url)) return found
      imports.add(found.url)
      if (!files.has(found.url)) files.set(found.url, new Set())
      return found
    },
    load(url, context, next) {
      if (url.endsWith(checkMark))
        return { format: 'module-typescript', source: refused(url), shortCircuit: true }
      const format = files.has(url) ? formatOf(url) : undefined
      return next(url, format === undefined ? context : { ...context, format })
    },
  })
}

// What says that it is CommonJS stays so, and so does what it requires; packages know their own format.
const isOwn = (url: string): boolean =>
  formatOf(url) !== undefined && !url.includes('/node_modules/')

function resolveRelative<T>(specifier: string, parent: string, next: (url: string) => T): T {
  try {
    return next(specifier)
  } catch (error) {
    const url = new URL(specifier, parent).href
    const candidates = [
      ...['.ts', '.mts', '.js', '.mjs'].map((ending) => url + ending),
      url.replace(/\.(m?)js$/, '.$1ts'),
      ...['/index.ts', '/index.js'].map((file) => url + file),
    ]
    const found = candidates.find((file) => file !== url && existsSync(fileURLToPath(file)))
    if (found === undefined) throw error
    return next(found)
  }
}

function formatOf(url: string): string | undefined {
  if (/\.m?ts$/.test(url)) return 'module-typescript'
  return /\.m?js$/.test(url) ? 'module' : undefined
}

/** Absolute paths of all files of jobs that this process has imported, or tried to. */
export const jobFiles = (): readonly string[] => [...files.keys()].map((url) => fileURLToPath(url))

/** The files of a job that a file reaches by imports, itself first. */
export function importedFiles(url: string): readonly string[] {
  const reached = new Set([url])
  for (const file of reached) for (const imported of files.get(file) ?? []) reached.add(imported)
  return [...reached]
}

// Node tells the line of a syntax error only where its TypeScript parser finds it. The enum at the end is refused by that
// parser, so a file that is read this way never runs, and a line within the file is that of its first fault.
function refused(url: string): string {
  return `${sourceOf(url.slice(0, -checkMark.length))}\n;enum End {}`
}

/** Text of a file of the job; empty where it cannot be read. */
export function sourceOf(url: string): string {
  try {
    return readFileSync(fileURLToPath(url), 'utf8')
  } catch {
    return ''
  }
}

// Only a data: module is sure to import natively: test runners and bundlers rewrite import() in what they load.
const importerSource = 'data:text/javascript,export default (url) => import(url)'
let importer: Promise<{ default: (url: string) => Promise<object> }> | undefined

/** Imports by URL as Node itself does. */
export async function importNatively(url: string): Promise<object> {
  importer ??= import(importerSource)
  const native = await importer
  return native.default(url)
}

/** First fault that Node's TypeScript parser finds in a file; undefined where it finds none. */
export async function parserFault(
  url: string,
): Promise<{ readonly line: number; readonly message: string } | undefined> {
  const error: unknown = await importNatively(url + checkMark).catch((error: unknown) => error)
  const at = stackPosition(error)
  if (!(error instanceof Error) || at === undefined) return undefined
  const last = sourceOf(url).trimEnd().split('\n').length
  if (at.line <= last) return { line: at.line, message: error.message }
  const isEnd = 'code' in error && error.code === 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX'
  return isEnd ? undefined : { line: last, message: 'Something that was opened is not closed' }
}

/** File and line that Node puts before the message of a syntax error. */
export function stackPosition(error: unknown): { url: string; line: number } | undefined {
  const stack = error instanceof Error ? (error.stack ?? '') : ''
  const parts = /^(file:.+?)(?:\?syntax)?:(\d+)\n/.exec(stack)
  if (parts?.[1] === undefined) return undefined
  return { url: parts[1], line: Number(parts[2]) }
}
