import { isMillraceError, messageOf, type MillraceError, type Where } from '@millrace/base'
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import {
  CFG_MODULE_IMPORT,
  CFG_MODULE_IMPORT_NAME,
  CFG_MODULE_SYNTAX,
  CFG_MODULE_THROWS,
  CFG_MODULE_TYPESCRIPT,
} from '../errors.ts'
import { engineFault } from './engine-fault.ts'
import { importedFiles, parserFault, sourceOf, stackPosition } from './module-hooks.ts'

interface Position {
  readonly url: string
  readonly line?: number | undefined
  readonly column?: number | undefined
}

/** What TypeScript Node cannot strip, by the words of its message, with what to write in its place. */
const unstrippable: readonly (readonly [RegExp, string, string])[] = [
  [
    /enum/,
    'an enum',
    "Write a constant object: const Color = { red: 'red' } as const, and type Color = keyof typeof Color.",
  ],
  [
    /parameter propert/,
    'a parameter property',
    'Declare the field in the class and assign it in the constructor: this.field = field.',
  ],
  [/namespace|module declaration/, 'a namespace', 'Export the members from the file itself.'],
  [/import equals/, 'import x = require()', "Write: import x from 'package'."],
  [/export assignment/, 'export =', 'Write: export default.'],
]

/** Turns what an import threw into a coded error that names file and line. Paths in messages are relative to `folder`. */
export async function importFault(
  error: unknown,
  url: string,
  folder: string,
): Promise<MillraceError> {
  if (isMillraceError(error)) return error
  const message = messageOf(error)
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ERR_MODULE_NOT_FOUND') {
    const fault = missingImport(error, message, folder)
    if (fault !== undefined) return fault
  }
  const link = /^The requested module '(.+)' does not provide an export named '(.+)'$/.exec(message)
  if (link !== null) {
    const at = place(stackPosition(error) ?? { url }, folder)
    const details = { at: at.text, from: link[1] ?? '', name: link[2] ?? '' }
    return CFG_MODULE_IMPORT_NAME(details, at.where, error)
  }
  if (error instanceof SyntaxError || String(code).endsWith('_TYPESCRIPT_SYNTAX')) {
    return syntaxFault(error, message, url, folder)
  }
  const at = place(thrownAt(error) ?? { url }, folder)
  const commonJs = /^(?:module|exports|require|__dirname|__filename) is not defined/.test(message)
  return CFG_MODULE_THROWS({ at: at.text, cause: sentence(message), commonJs }, at.where, error)
}

async function syntaxFault(
  thrown: unknown,
  message: string,
  url: string,
  folder: string,
): Promise<MillraceError> {
  let words = message
  let position: Position | undefined = stackPosition(thrown)
  for (const file of position === undefined ? importedFiles(url) : []) {
    const decorator = decoratorLine(file, message)
    if (decorator !== undefined) {
      const at = place({ url: file, line: decorator }, folder)
      const rewrite = 'Call the function on the class or its method after the class instead.'
      return CFG_MODULE_TYPESCRIPT({ at: at.text, what: 'a decorator', rewrite }, at.where, thrown)
    }
    const found =
      (await parserFault(file)) ?? (/\.m?js$/.test(file) ? engineFault(file) : undefined)
    if (found === undefined) continue
    words = found.message
    position = { url: file, line: found.line }
    break
  }
  const at = place(position ?? { url }, folder)
  const line = sourceOf(position?.url ?? url).split('\n')[(position?.line ?? 0) - 1] ?? ''
  // The parser of types takes a tag for a comparison and stumbles over what follows.
  if (/(?:=>|return|\(|=|:|\?)\s*<(?:[A-Za-z][\w.]*[^<>]*)?\/?>/.test(line)) {
    const rewrite = 'Build the value with function calls, without tags.'
    return CFG_MODULE_TYPESCRIPT({ at: at.text, what: 'JSX', rewrite }, at.where, thrown)
  }
  const known = unstrippable.find(([pattern]) => pattern.test(words))
  if (words.includes('not supported in strip-only mode')) {
    const what = known?.[1] ?? words.replace(/^TypeScript (.*) is not supported.*$/, '$1')
    const rewrite = known?.[2] ?? 'Write it in plain JavaScript.'
    return CFG_MODULE_TYPESCRIPT({ at: at.text, what, rewrite }, at.where, thrown)
  }
  const types = /\.[mc]?js$/.test(at.where.file ?? '')
  return CFG_MODULE_SYNTAX({ at: at.text, cause: sentence(words), types }, at.where, thrown)
}

/** Node strips types around decorators and then stumbles over the `@`. */
function decoratorLine(url: string, message: string): number | undefined {
  if (message !== 'Invalid or unexpected token') return undefined
  const lines = sourceOf(url).split('\n')
  const index = lines.findIndex((line) => /^\s*(?:export\s+)?(?:default\s+)?@[\w$]/.test(line))
  // A doc comment has its tags behind a star; one that has not would be a fault of its own.
  return index === -1 ? undefined : index + 1
}

function missingImport(error: unknown, message: string, folder: string): MillraceError | undefined {
  const parts = /^Cannot find (package|module) '(.+?)' imported from (.+)$/s.exec(message)
  if (parts === null) return undefined
  const [, what, wanted = '', from = ''] = parts
  const isPackage = what === 'package' && !isAbsolute(wanted)
  const at = place(importedAt(from, wanted, isPackage), folder)
  const shown = isAbsolute(wanted) ? shortened(wanted, folder) : wanted
  return CFG_MODULE_IMPORT({ at: at.text, wanted: shown, package: isPackage }, at.where, error)
}

/** Where a file imports something. Node says which file, but not where in it. */
function importedAt(from: string, wanted: string, isPackage: boolean): Position {
  const url = from.startsWith('file:') ? from : pathToFileURL(from).href
  const folder = dirname(fileURLToPath(url))
  const isWanted = (text: string): boolean =>
    isPackage
      ? text === wanted || text.startsWith(`${wanted}/`)
      : text.startsWith('.') && resolve(folder, text) === wanted
  for (const [index, line] of sourceOf(url).split('\n').entries()) {
    if (!/\b(?:import|from|require)\b/.test(line)) continue
    for (const match of line.matchAll(/(['"])([^'"]+)\1/g)) {
      if (isWanted(match[2] ?? '')) return { url, line: index + 1, column: match.index + 1 }
    }
  }
  return { url }
}

/** The first place in the stack that is a file. */
function thrownAt(error: unknown): Position | undefined {
  const stack = error instanceof Error ? (error.stack ?? '') : ''
  const parts = /^\s+at (?:.*\()?((?:file:|\/|[A-Z]:\\)[^\n]*?):(\d+):(\d+)\)?$/m.exec(stack)
  return parts?.[1] === undefined
    ? undefined
    : { url: parts[1], line: Number(parts[2]), column: Number(parts[3]) }
}

function place(
  position: Position,
  folder: string,
): { readonly text: string; readonly where: Where } {
  const file = position.url.startsWith('file:') ? fileURLToPath(position.url) : position.url
  const line = position.line === undefined ? '' : `:${position.line}`
  return {
    text: shortened(file, folder) + line,
    where: {
      file,
      ...(position.line === undefined ? {} : { line: position.line }),
      ...(position.column === undefined ? {} : { column: position.column }),
    },
  }
}

function shortened(file: string, folder: string): string {
  const short = relative(folder, file)
  return short.startsWith('..') || isAbsolute(short) ? file : short.replaceAll(sep, '/')
}

const sentence = (message: string): string => message.split('\n')[0]?.replace(/\.$/, '') ?? message
