import { defineError } from '@millrace/base'

/** No aggregate function of that name. */
export const AGG_UNKNOWN_FUNCTION = defineError<{
  name: string
  near: string | undefined
  known: readonly string[]
}>({
  code: 'AGG_UNKNOWN_FUNCTION',
  message: (d) => `Unknown aggregate function "${d.name}".`,
  hint: (d) =>
    d.near === undefined
      ? `Known are: ${d.known.join(', ')}.`
      : `Did you mean "${d.near}"? Known are: ${d.known.join(', ')}.`,
})

/** An aggregate call with too few, too many or unusable arguments. */
export const AGG_ARGUMENTS = defineError<{ call: string; usage: string; fault: string }>({
  code: 'AGG_ARGUMENTS',
  message: (d) => `"${d.call}" ${d.fault}.`,
  hint: (d) => `Write it as ${d.usage}.`,
})

/** `exact: true` on a function that is exact already, or knows no exact form. */
export const AGG_EXACT = defineError<{ name: string; exact: readonly string[] }>({
  code: 'AGG_EXACT',
  message: (d) => `"${d.name}" has no other form for \`exact: true\`.`,
  hint: (d) => `Leave \`exact\` out; it is for ${d.exact.join(', ')}.`,
})

/** At run time: something else than a number where the function takes numbers. */
export const AGG_NOT_A_NUMBER = defineError<{ call: string; got: string }>({
  code: 'AGG_NOT_A_NUMBER',
  message: (d) => `${d.call} takes numbers; got ${d.got}.`,
  hint: () => 'Convert the value first, or leave such records out with `where`.',
})

/** At run time: a function that a plugin brought threw. */
export const AGG_EVALUATION = defineError<{ call: string; message: string }>({
  code: 'AGG_EVALUATION',
  message: (d) => `${d.call} could not be evaluated: ${d.message}`,
  hint: () => 'Look at the function the expression calls: it threw for this record.',
})
