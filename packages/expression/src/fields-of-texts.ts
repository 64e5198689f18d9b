import { compileExpression } from './compile-expression.ts'

/**
 * The fields that several texts read together, each once: what a stage may declare as `reads`. Undefined for all fields: where
 * one takes the whole record, or cannot be compiled without the functions and the environment of its job.
 */
export function fieldsOfTexts(
  texts: Iterable<string>,
  compile: (text: string) => { readonly fields: readonly string[] } = compileExpression,
): readonly string[] | undefined {
  const fields = new Set<string>()
  try {
    for (const text of texts) for (const field of compile(text).fields) fields.add(field)
  } catch {
    // A fault of the text itself is reported where the text is checked.
    return undefined
  }
  return fields.has('record') ? undefined : [...fields]
}
