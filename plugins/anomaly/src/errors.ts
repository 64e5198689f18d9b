import { defineError, type ErrorOf } from '@millrace/base'

/** At run time: something else than a number or nothing at all. */
export const ANOMALY_NOT_A_NUMBER: ErrorOf<{ of: string; got: string }> = defineError({
  code: 'ANOMALY_NOT_A_NUMBER',
  message: (details) => `Only numbers can be judged; ${details.of} is ${details.got}.`,
  hint: ({ of, got }) =>
    got.endsWith('boolean')
      ? `Write ${of} ? 1 : 0 in its place.`
      : 'Convert the value in the expression, or leave such records out with a filter.',
})

/** At run time: a record without fields cannot be given one more. */
export const ANOMALY_NO_OBJECT: ErrorOf<{ as: string; got: string }> = defineError({
  code: 'ANOMALY_NO_OBJECT',
  message: (details) =>
    `Only an object can have the field "${details.as}"; the record is ${details.got}.`,
  hint: () => 'Make an object of it in front: map: { set: { value: record } }.',
})

/** At run time: a record of the input `feedback` that names no judgement. */
export const ANOMALY_FEEDBACK: ErrorOf<{ problem: string }> = defineError({
  code: 'ANOMALY_FEEDBACK',
  message: (details) => `A record of feedback must name an alert; ${details.problem}.`,
  hint: () => 'Send the record of the alert back as it came.',
})

/** At start: a model that cannot be opened. */
export const ANOMALY_MODEL: ErrorOf<{ fault: string; missing?: string | undefined }> = defineError({
  code: 'ANOMALY_MODEL',
  message: (details) =>
    details.missing === undefined
      ? `The model cannot be used: ${details.fault}`
      : `Models of files need the package ${details.missing}, which is not installed.`,
  hint: (details) =>
    details.missing === undefined
      ? 'Mend the parameters of `model`, or the file.'
      : `Run npm install --ignore-scripts ${details.missing} in the folder of the job.`,
})

/** At run time: an answer of a model that says nothing, or none. */
export const ANOMALY_MODEL_ANSWER: ErrorOf<{ got: string }> = defineError({
  code: 'ANOMALY_MODEL_ANSWER',
  message: (details) => `The model answered with ${details.got}.`,
  hint: () =>
    'It is to give for each window what `gives` says; over HTTP as { values: [[…], …] }, a list for each.',
})
