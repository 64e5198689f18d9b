import { defineError } from '@millrace/base'

/** The text does not follow the grammar. */
export const EXP_SYNTAX = defineError<{ text: string; problem: string; hint?: string | undefined }>(
  {
    code: 'EXP_SYNTAX',
    message: (d) => `${d.problem}, in \`${d.text}\`.`,
    hint: (d) =>
      d.hint ?? 'Correct the expression; texts stand in quotes, comparisons use == and !=.',
  },
)

/** A word the language keeps for itself stands where a field was meant. */
export const EXP_RESERVED_NAME = defineError<{ text: string; name: string }>({
  code: 'EXP_RESERVED_NAME',
  message: (d) =>
    `"${d.name}" is a word of the expression language and not a field, in \`${d.text}\`.`,
  hint: (d) =>
    d.name === 'record'
      ? 'Choose another name for the variable.'
      : `To read the field write ${recordAccess(d.name)}.`,
})

/** Something the parser knows and Millrace does not offer. */
export const EXP_UNSUPPORTED = defineError<{ text: string; what: string; hint: string }>({
  code: 'EXP_UNSUPPORTED',
  message: (d) => `${d.what}, in \`${d.text}\`.`,
  hint: (d) => d.hint,
})

/** No function of that name. */
export const EXP_UNKNOWN_FUNCTION = defineError<{
  text: string
  name: string
  near?: string | undefined
}>({
  code: 'EXP_UNKNOWN_FUNCTION',
  message: (d) => `Unknown function "${d.name}", in \`${d.text}\`.`,
  hint: (d) =>
    d.near === undefined
      ? 'Use one of the built-in functions or name a plugin that brings it.'
      : `Did you mean "${d.near}"?`,
})

/** A function called with too few or too many arguments, or with arguments of the wrong form. */
export const EXP_ARGUMENTS = defineError<{
  text: string
  signature: string
  got: string
}>({
  code: 'EXP_ARGUMENTS',
  message: (d) => `${d.signature} got ${d.got}, in \`${d.text}\`.`,
  hint: (d) => `Call it as ${d.signature}.`,
})

/** A constant argument that can never be right, such as an unknown time zone. */
export const EXP_CONSTANT = defineError<{
  text: string
  name: string
  expected: string
  got: string
}>({
  code: 'EXP_CONSTANT',
  message: (d) => `${d.name}() expects ${d.expected}; got ${d.got}, in \`${d.text}\`.`,
  hint: (d) => `Write ${d.expected} there.`,
})

/** `env('NAME')` for a name that the job does not list. */
export const EXP_UNKNOWN_ENV = defineError<{
  text: string
  name: string
  near?: string | undefined
}>({
  code: 'EXP_UNKNOWN_ENV',
  message: (d) => `env('${d.name}') is not listed under the document key "env", in \`${d.text}\`.`,
  hint: (d) =>
    d.near === undefined
      ? `Add ${d.name} to "env" of the job file.`
      : `Did you mean env('${d.near}')? If not, add ${d.name} to "env" of the job file.`,
})

/** `key('name')` for a name that is no key of the stage. */
export const EXP_UNKNOWN_KEY = defineError<{
  text: string
  name: string
  near?: string | undefined
  known: readonly string[]
  /** Such as `a sink`. */
  keyless?: string | undefined
}>({
  code: 'EXP_UNKNOWN_KEY',
  message: (d) => {
    const keys =
      d.known.length === 0
        ? 'the stage has no keys'
        : `the keys of the stage are ${d.known.join(', ')}`
    const reason = d.keyless === undefined ? keys : `${d.keyless} has no keys`
    return `key('${d.name}') is always null: ${reason}, in \`${d.text}\`.`
  },
  hint: (d) => {
    if (d.keyless !== undefined) {
      return `Read the field itself, ${d.near ?? d.name}: what a stage emits carries its keys as fields.`
    }
    if (d.near !== undefined) return `Did you mean key('${d.near}')?`
    return d.known.length === 0
      ? `Give the stage keys, such as by: ${/^[\w.]+$/.test(d.name) ? d.name : 'origin'}, or read the field itself.`
      : 'Name one of them, or add the name to `by`.'
  },
})

/** A field path that cannot be one. */
export const EXP_PATH = defineError<{ path: string; problem: string }>({
  code: 'EXP_PATH',
  message: (d) => `"${d.path}" is not a field path: ${d.problem}.`,
  hint: () => 'Write names joined by dots, such as customer.name.',
})

/** A template with an open or a stray brace. */
export const EXP_TEMPLATE = defineError<{ text: string; problem: string }>({
  code: 'EXP_TEMPLATE',
  message: (d) => `${d.problem} in the template \`${d.text}\`.`,
  hint: () => 'Expressions stand in {braces}; write {{ and }} for the braces themselves.',
})

/** An aggregate that is not one call such as `mean(delay)`. */
export const EXP_AGGREGATE_CALL = defineError<{ text: string; problem: string; hint: string }>({
  code: 'EXP_AGGREGATE_CALL',
  message: (d) => `${d.problem}, in \`${d.text}\`.`,
  hint: (d) => d.hint,
})

/** A time format, zone or unit that cannot be used. */
export const EXP_TIME_FORMAT = defineError<{ problem: string; hint: string }>({
  code: 'EXP_TIME_FORMAT',
  message: (d) => `${d.problem}.`,
  hint: (d) => d.hint,
})

/** At run time: a value of the wrong type for an operator or function. */
export const EXP_TYPE = defineError<{ text: string; expected: string; got: string }>({
  code: 'EXP_TYPE',
  message: (d) => `${d.expected}; got ${d.got}, in \`${d.text}\`.`,
  hint: () => 'Convert with number(), string() or bool(), or correct the types at the source.',
})

/** At run time: a condition that is neither true, false nor null. */
export const EXP_CONDITION = defineError<{ text: string; got: string }>({
  code: 'EXP_CONDITION',
  message: (d) => `A condition is true, false or null; got ${d.got}, in \`${d.text}\`.`,
  hint: () => 'Compare the value with something, for example delay > 0 or name != null.',
})

/** At run time: a number beyond the doubles, or none at all. */
export const EXP_NOT_FINITE = defineError<{ text: string; what: string; got: string }>({
  code: 'EXP_NOT_FINITE',
  message: (d) => `${d.what} gives ${d.got}, which is not a finite number, in \`${d.text}\`.`,
  hint: () => 'Guard the operation, for example count == 0 ? null : total / count.',
})

/** At run time: a value that a function cannot read, such as a text that is no number. */
export const EXP_VALUE = defineError<{ text: string; name: string; got: string }>({
  code: 'EXP_VALUE',
  message: (d) => `${d.name}() cannot read ${d.got}, in \`${d.text}\`.`,
  hint: () => 'Test the value before, or send such records to the dead letters.',
})

/** At run time: a function of a plugin failed; the cause is kept. */
export const EXP_FUNCTION = defineError<{ text: string; name: string; problem: string }>({
  code: 'EXP_FUNCTION',
  message: (d) => `${d.name}() failed: ${d.problem}, in \`${d.text}\`.`,
  hint: (d) => `Look at the plugin that brings "${d.name}".`,
})

/** How an expression reads a field whose name is a word of the language. */
function recordAccess(name: string): string {
  // After a dot these four are still keywords; every other word is an ordinary name there.
  return /^(?:in|true|false|null)$/.test(name) ? `record["${name}"]` : `record.${name}`
}
