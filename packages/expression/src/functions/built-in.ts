/** What a function expects of one argument; the last four are texts with a meaning that is checked early. */
export type ParameterKind =
  | 'any'
  | 'number'
  | 'string'
  | 'boolean'
  | 'list'
  | 'duration'
  | 'zone'
  | 'timeFormat'
  | 'pattern'

/** One parameter of a function, for checks and for hints. */
export interface Parameter {
  readonly name: string
  readonly kind: ParameterKind
  readonly optional?: boolean
  /** The last parameter takes any number of arguments, at least one. */
  readonly repeated?: boolean
}

/**
 * A function that expressions call by name. A null argument makes the result null without a call, but for a plugin's function.
 * `call` gives undefined for a value it cannot read; numbers that are not finite become errors in the caller.
 */
export interface BuiltIn {
  readonly name: string
  readonly parameters: readonly Parameter[]
  /** Brought by a plugin: it gets null too, and may throw anything. */
  readonly foreign?: boolean
  readonly call: (...values: readonly never[]) => unknown
}

/** `bucket(size, time)`, as hints show it. */
export function signatureOf(name: string, parameters: readonly Parameter[]): string {
  const names = parameters.map((parameter) => {
    if (parameter.repeated === true) return `${parameter.name}, …`
    return parameter.optional === true ? `${parameter.name}?` : parameter.name
  })
  return `${name}(${names.join(', ')})`
}
