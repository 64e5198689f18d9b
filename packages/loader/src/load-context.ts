import { dirname, isAbsolute, relative, resolve } from 'node:path'
import { isMillraceError, type MillraceError, placed, type Where } from '@millrace/base'
import type { ExpressionScope } from '@millrace/sdk'
import type { ConfigValue } from './config-value.ts'
import type { ScalarNode, ValueOrigin } from './document/config-node.ts'
import { interpolate } from './document/interpolate.ts'
import { CFG_YAML_ANCHOR, CFG_YAML_COMMENT } from './errors.ts'

/** A leaf with its placeholders filled. */
export interface Leaf {
  readonly value: string | number | boolean | null
  readonly text: string
  /** It came as text and takes the type of its target: an override, or one whole placeholder. */
  readonly isUntyped: boolean
  readonly secret: boolean
}

/** What all steps of loading one job share: faults, warnings, values and the outside. */
export class LoadContext {
  readonly faults: MillraceError[] = []
  readonly warnings: MillraceError[] = []
  readonly values: ConfigValue[] = []
  /** Absolute paths of the files that were read. */
  readonly files = new Set<string>()
  env: Readonly<Record<string, string | undefined>>
  /** Folder of the job file. */
  readonly folder: string
  /** Folder of the shell: for paths given by flag or environment. */
  readonly cwd: string
  /** Lines that YAML spoils, with their files: what else is wrong with them is a consequence. */
  readonly #spoiled = new Set<string>()
  /** Names listed under `env` that have no value: what is wrong with expressions that read them is a consequence. */
  readonly unset = new Set<string>()
  /** The job file, as it was read. */
  text = ''
  /** Whether the job has a dead letter sink. */
  hasDeadLetter = false
  scope: ExpressionScope = { env: {}, functions: [], aggregates: [] }

  constructor(options: Pick<LoadContext, 'env' | 'folder' | 'cwd'>) {
    this.env = options.env
    this.folder = options.folder
    this.cwd = options.cwd
  }

  /** Fills placeholders of a text from the file; unset names are faults. Overrides are taken as they are. */
  leaf(node: ScalarNode): Leaf {
    const { value, text, origin } = node
    if (typeof value !== 'string') return { value, text, isUntyped: false, secret: false }
    if (origin !== 'file') return { value, text: value, isUntyped: true, secret: false }
    if (!value.includes('${')) return { value, text: value, isUntyped: false, secret: false }
    const filled = interpolate(value, this.env, node.where)
    this.faults.push(...filled.faults)
    for (const file of filled.files) this.files.add(file)
    const { whole, secret } = filled
    return { value: filled.text, text: filled.text, isUntyped: whole, secret }
  }

  addValue(
    path: string,
    value: unknown,
    node: { where: Where; origin: ValueOrigin },
    secret = false,
    expects?: readonly string[],
  ) {
    const { where, origin } = node
    this.values.push({ path, value, origin, where, secret: secret || hasPassword(value), expects })
  }

  /** Says that YAML changes or drops what stands on a line. */
  spoil(where: Where): void {
    this.#spoiled.add(lineOf(where))
  }

  /** The faults without those that only follow from a line that YAML spoils; those of a file that several stages name, once. */
  distinctFaults(): readonly MillraceError[] {
    const distinct = new Map<string, MillraceError>()
    for (const fault of this.faults) {
      const { code, message, where } = fault
      if (!code.startsWith('CFG_YAML') && this.#spoiled.has(lineOf(where))) continue
      const key = `${code} ${lineOf(where)}:${where.column ?? ''} ${message}`
      if (where.line === undefined || !distinct.has(key)) {
        distinct.set(where.line === undefined ? `${distinct.size}` : key, fault)
      }
    }
    return [...distinct.values()]
  }

  /** The folder that paths of a place count from: that of its file, or that of the job. */
  folderOf({ file }: Where): string {
    return file !== undefined && isAbsolute(file) ? dirname(file) : this.folder
  }

  /** A module as the job file itself would name it: in a file of another folder, paths count from there. */
  moduleOf(name: string, where: Where): string {
    const folder = this.folderOf(where)
    if (folder === this.folder || !/^\.{1,2}[/\\]/.test(name)) return name
    const path = relative(this.folder, resolve(folder, name)).replaceAll('\\', '/')
    return path.startsWith('.') ? path : `./${path}`
  }

  addDefault(path: string, value: unknown): void {
    this.values.push({ path, value, origin: 'default', secret: false })
  }

  /** Whether YAML took part of an expression away, with a fault: the rest after a #, or an anchor in front. */
  spoils(node: ScalarNode): boolean {
    const { anchor, text, where } = node
    if (node.commentAfter === true && isOpen(text)) {
      this.faults.push(CFG_YAML_COMMENT({ text, paste: node.paste?.() }, where))
    } else if (anchor !== undefined) {
      this.faults.push(CFG_YAML_ANCHOR({ name: anchor, paste: node.paste?.() }, where))
    } else return false
    return true
  }

  /** Places an error of the expression package: its column counts inside the text. */
  expressionFault(error: unknown, node: ScalarNode): void {
    if (!isMillraceError(error)) throw error
    if (readsAny(node.text, this.unset)) return
    const index = error.where.column === undefined ? undefined : error.where.column - 1
    const place = index === undefined ? undefined : node.placeAt?.(index)
    this.faults.push(placed(error, { ...node.where, ...place }))
  }
}

/** A line of a file, by name. */
const lineOf = ({ file, line }: Where): string => `${file ?? ''}:${line ?? ''}`

/** Whether a quote is opened and not closed. */
const isOpen = (text: string): boolean =>
  /["']/.test(text.replaceAll(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g, ''))

function readsAny(text: string, names: ReadonlySet<string>): boolean {
  const read = [...text.matchAll(/\benv\(\s*["']([^"']*)["']\s*\)/g)].map(([, name]) => name ?? '')
  return read.some((name) => names.has(name))
}

const hasPassword = (value: unknown): boolean =>
  typeof value === 'string' && /^[a-z][a-z0-9+.-]*:\/\/[^/\s:@]*:[^/\s@]+@/i.test(value)
