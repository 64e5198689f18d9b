import { dirname, isAbsolute, normalize, resolve, sep } from 'node:path'
import type { EvaluationContext, Template } from '@millrace/expression'
import type { Refusal } from './refusal.ts'

const segmentBytesMax = 200

/** Paths that depend on the record, kept inside the folder that the fixed start of the template names. */
export class PathTemplate {
  readonly #template: Template
  /** All paths lead below it. */
  readonly folder: string
  // Records that follow one another mostly go to the same file.
  #lastText: string | undefined
  #lastPath = ''

  constructor(template: Template) {
    this.#template = template
    const fixed = template.text.slice(0, template.text.indexOf('{'))
    this.folder = resolve(fixed.endsWith('/') ? fixed : dirname(`${fixed}x`))
  }

  /** The record's file, or why there is none: its values must not lead out of the folder. */
  path(record: unknown, context: EvaluationContext): string | Refusal {
    const path = this.#template.evaluate(record, context)
    if (path === this.#lastText) return this.#lastPath
    const full = resolve(path)
    const inside = full.startsWith(this.folder.endsWith(sep) ? this.folder : this.folder + sep)
    // A path that is not its own plain form has empty, "." or ".." parts: values made those.
    const isPlain = normalize(path) === path && !path.endsWith(sep) && !path.includes('\0')
    const parts = path.split(sep)
    const fits = parts.every((part) => Buffer.byteLength(part) <= segmentBytesMax)
    if (inside && isPlain && fits && isPlainPath(path, parts)) {
      this.#lastText = path
      this.#lastPath = full
      return full
    }
    const shown = JSON.stringify(path.length > 200 ? `${path.slice(0, 200)}…` : path)
    const message = `The record leads to the path ${shown}, which is not a plain file inside "${this.folder}".`
    return { code: 'FILE_PATH', message }
  }
}

function isPlainPath(path: string, parts: readonly string[]): boolean {
  const named = isAbsolute(path) ? parts.slice(1) : parts
  return named.every((part) => part !== '' && part !== '..')
}
