import type { ParameterSchema } from './schema.ts'
import { type ParameterProblem, tryParseParameters } from './try-parse-parameters.ts'

/** A definition as code names it for a parameter: itself, or with parameters. */
export type ModuleChoice<Definition> =
  | Definition
  | { readonly module: Definition; readonly parameters?: unknown }

/** Whether a value names a definition of this kind; its parameters are not looked at. */
export function isChoiceOf(kind: string, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const definition = 'module' in value ? value.module : value
  return Object(definition).kind === kind
}

/** The definition that is named, and its parameters with defaults; or what is wrong with them. */
export function parseChoice<
  Definition extends { readonly kind: string; readonly parameters: ParameterSchema },
>(
  choice: ModuleChoice<Definition>,
):
  | { readonly module: Definition; readonly parameters: unknown }
  | { readonly problem: ParameterProblem } {
  const { module, parameters = {} } = 'module' in choice ? choice : { module: choice }
  const parsed = tryParseParameters(module, parameters)
  return 'problem' in parsed ? parsed : { module, parameters: parsed.value }
}
