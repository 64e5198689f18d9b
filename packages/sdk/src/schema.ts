/** The JSON Schema members that Millrace reads. */
export interface JsonSchema {
  readonly type?: string | readonly string[]
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean | JsonSchema
  readonly items?: JsonSchema
  readonly anyOf?: readonly JsonSchema[]
  readonly oneOf?: readonly JsonSchema[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly default?: unknown
  readonly description?: string
  /**
   * `cel`: an expression over a record. `cel-condition`: one whose truth counts. `cel-aggregate`: one aggregate call. `template`:
   * a text with expressions in braces. `path`: a file path. `path-template`: one with such expressions, where it has a brace.
   * `duration`, `size`: with a unit. All are checked before a run.
   */
  readonly format?: string
  /** True for an expression that may use names beside fields: which fields it takes for granted the definition's `expects` says. */
  readonly ownNames?: boolean
  /**
   * For a parameter that names a module of this kind: in a job file by its name or path, or as a map of that to its parameters; names
   * that the manifest of the plugin's own package lists come first. The
   * schema is given the definition, as `{ module, parameters }` with checked parameters. Only directly inside the parameters.
   */
  readonly module?: 'emitter' | 'detector'
  /** True for a parameter that must never be shown. */
  readonly secret?: boolean
  readonly [key: string]: unknown
}

/** One thing that a schema finds wrong with a value. */
export interface SchemaIssue {
  readonly message: string
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
}

/** The part of the Standard Schema interface that parameters need: a validator that can also describe its input. */
export interface ParameterSchema<Output = unknown> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly validate: (
      value: unknown,
    ) =>
      | { readonly value: Output; readonly issues?: undefined }
      | { readonly issues: readonly SchemaIssue[] }
      | Promise<unknown>
    readonly jsonSchema: { readonly input: (options: { readonly target: string }) => object }
    readonly types?: { readonly input: unknown; readonly output: Output } | undefined
  }
}

/** A fault of parameters that a schema cannot say: where inside them, what is wrong, and the next step. */
export interface ParameterFault {
  readonly path: readonly (string | number)[]
  readonly message: string
  readonly hint: string
}
