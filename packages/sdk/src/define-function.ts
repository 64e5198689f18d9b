/** A pure function for expressions. */
export interface FunctionDefinition {
  readonly kind: 'function'
  readonly name: string
  readonly summary: string
  /** Names of the arguments; a trailing `?` marks an optional one. */
  readonly arguments: readonly string[]
  call(...values: unknown[]): unknown
}

/** Declares a function that expressions can call by name. */
export function defineFunction(definition: Omit<FunctionDefinition, 'kind'>): FunctionDefinition {
  return { kind: 'function', ...definition }
}
