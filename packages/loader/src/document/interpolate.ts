import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { messageOf, type MillraceError, type Where } from '@millrace/base'
import { CFG_PLACEHOLDER, CFG_SECRET_FILE, CFG_UNSET } from '../errors.ts'

/** A text with its placeholders filled. */
export interface Interpolated {
  readonly text: string
  /** The whole text was one placeholder: the target's schema may give it a type. */
  readonly whole: boolean
  /** Part of it came from a file, so it is never shown. */
  readonly secret: boolean
  /** Absolute paths of what it named as files. */
  readonly files: readonly string[]
  readonly faults: readonly MillraceError[]
}

const pattern = /\$\$\{|\$\{([^}]*)\}?/g
const whole = /^\$\{[^}]*\}$/

/** Fills `${NAME}`, `${NAME:-default}` (also for an empty value) and `${file:path}` (without the last line end; a relative path counts from the job file); `$${` is a literal `${`. */
export function interpolate(
  text: string,
  env: Readonly<Record<string, string | undefined>>,
  where: Where,
): Interpolated {
  const faults: MillraceError[] = []
  const files: string[] = []
  const filled = text.replaceAll(pattern, (match: string, inner: string | undefined) => {
    if (inner === undefined) return '${'
    if (inner.startsWith('file:') && match.endsWith('}')) {
      const path = inner.slice('file:'.length)
      const file = resolve(dirname(where.file ?? ''), path)
      files.push(file)
      return readSecret(file, path, where, faults)
    }
    const parts = /^([A-Za-z_][A-Za-z0-9_]*)(?::-([\s\S]*))?$/.exec(inner)
    if (parts === null || !match.endsWith('}')) {
      faults.push(CFG_PLACEHOLDER({ text: match }, where))
      return ''
    }
    const [, name = '', otherwise] = parts
    const value = variable(env, name)
    if (otherwise !== undefined) return value === undefined || value === '' ? otherwise : value
    if (value === undefined) faults.push(CFG_UNSET({ name }, where))
    return value ?? ''
  })
  return { text: filled, whole: whole.test(text), secret: files.length > 0, files, faults }
}

/** A variable of the environment. An own one: `constructor` is a member of every object. */
export function variable(
  env: Readonly<Record<string, string | undefined>>,
  name: string,
): string | undefined {
  return Object.hasOwn(env, name) ? env[name] : undefined
}

function readSecret(file: string, path: string, where: Where, faults: MillraceError[]): string {
  try {
    return readFileSync(file, 'utf8').replace(/\r?\n$/, '')
  } catch (error) {
    const cause = messageOf(error)
    faults.push(CFG_SECRET_FILE({ path, cause }, where, error))
    return ''
  }
}
