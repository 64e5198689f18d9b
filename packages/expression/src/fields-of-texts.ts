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

/**
 * The fields that several texts take for granted, each once: what a stage or sink may declare as `expects`. A text that cannot
 * be compiled without the functions and the environment of its job is left out; a job file says by itself what it expects.
 */
export function expectedOfTexts(
  texts: Iterable<string>,
  compile: (text: string) => { readonly expected: readonly string[] } = compileExpression,
): readonly string[] {
  const fields = new Set<string>()
  for (const text of texts) {
    try {
      for (const field of compile(text).expected) fields.add(field)
    } catch {
      // As above.
    }
  }
  return [...fields]
}
