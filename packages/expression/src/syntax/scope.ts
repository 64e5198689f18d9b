import type { BuiltIn } from '../functions/built-in.ts'

/** A function that a plugin brings; a definition of the sdk has this shape. */
export interface FunctionLike {
  readonly name: string
  /** Names of the arguments; a trailing `?` marks an optional one. */
  readonly arguments: readonly string[]
  call(...values: unknown[]): unknown
}

/** What an expression may use beside the record. */
export interface Scope {
  /** Values of `env('NAME')`; other names are faults. */
  readonly env?: Readonly<Record<string, string>>
  /** Functions brought by plugins; they win over built-in ones of the same name. */
  readonly functions?: readonly FunctionLike[]
  /**
   * Names that stand for values beside the record, such as records seen before: the evaluation context has the values, in this
   * order. They win over fields; `record.name` still is the field.
   */
  readonly names?: readonly string[]
  /** Names that `key('name')` may ask for; other names are faults. Absent: any. */
  readonly keys?: readonly string[]
  /** Whose expression it is, where that has no keys itself, such as `a sink`; then `keys` are those of stages before it. */
  readonly keyless?: string
}

/** A plugin's function in the form of our own: no checks of types, null is passed on. */
export function fromPlugin(definition: FunctionLike): BuiltIn {
  return {
    name: definition.name,
    parameters: definition.arguments.map((name) => ({
      name: name.replace(/\?$/, ''),
      kind: 'any',
      optional: name.endsWith('?'),
    })),
    foreign: true,
    call: (...values: readonly unknown[]) => definition.call(...values),
  }
}
