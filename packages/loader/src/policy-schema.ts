import { formatDuration } from '@millrace/base'
import { jobDefaults, type JsonSchema } from '@millrace/sdk'
import { choices } from './grammar/keys.ts'

const { backoff: usual, parkMost } = jobDefaults
const fate = 'Default: deadLetter where there is one, else fail.'

const object = (
  properties: Readonly<Record<string, JsonSchema>>,
  more: JsonSchema = {},
): JsonSchema => ({ type: 'object', additionalProperties: false, properties, ...more })

const duration = (description: string, defaultMs: number): JsonSchema => ({
  type: 'string',
  description: `${description} A duration with a unit. Default: ${formatDuration(defaultMs)}.`,
})
const codes = (description: string): JsonSchema => ({
  description,
  anyOf: [{ type: 'string' }, { type: 'array', minItems: 1, items: { type: 'string' } }],
})

const steps: Readonly<Record<string, JsonSchema>> = {
  min: duration('The first wait.', usual.minMs),
  max: duration('The longest wait.', usual.maxMs),
  factor: {
    type: 'number',
    minimum: 1,
    description: `How much longer each wait is than the one before. Default: ${usual.factor}.`,
  },
  jitter: {
    description: `Share by which chance makes a wait longer. Default: ${usual.jitter * 100}%.`,
  },
}

/** How long to wait between two tries; `more` keys beside the usual ones. */
function backoffSchema(more: Readonly<Record<string, JsonSchema>> = {}): JsonSchema {
  return {
    description: 'The wait between two tries: a duration, or one that grows.',
    anyOf: [{ type: 'string' }, object({ ...steps, ...more })],
  }
}

const park = object(
  {
    most: {
      type: 'integer',
      minimum: 1,
      description: `One more record ends the job. Default: ${parkMost}.`,
    },
  },
  { description: 'Holds the record, and later ones of its key, until they are released.' },
)
const finals: readonly JsonSchema[] = [{ enum: choices.onError }, object({ park })]
const retry = object(
  {
    times: { type: 'integer', minimum: 1, description: 'Tries after the first one.' },
    backoff: backoffSchema(),
    on: codes('Codes of errors that are tried again. Default: all.'),
    notOn: codes('Codes of errors that are not tried again.'),
  },
  { required: ['times'], description: 'Tries the record again; those behind it wait.' },
)
const then: JsonSchema = { description: `What comes after the last try. ${fate}`, anyOf: finals }

/** `onError` of a stage, a sink or the pipeline. */
export const policySchema: JsonSchema = {
  description: `What becomes of a record that fails. ${fate}`,
  anyOf: [...finals, object({ retry, then }, { required: ['retry'] })],
}

/** `onError` of a source. */
export const malformedSchema: JsonSchema = {
  enum: choices.onMalformed,
  description: `What becomes of input that cannot be decoded. ${fate}`,
}

const growing: JsonSchema = backoffSchema({
  resetAfter: {
    type: 'string',
    description: 'How long it must have run for the waits to begin anew. A duration with a unit.',
  },
})
const { pipelineRestart: anew, restart: parts } = jobDefaults

/** `restart` of the pipeline. */
export const jobRestartSchema: JsonSchema = object(
  {
    intensity: {
      type: 'integer',
      minimum: 0,
      description: `Restarts of all parts together. Default: ${parts.intensity}.`,
    },
    period: duration('Within what time.', parts.periodMs),
    onEscalate: {
      description:
        'What follows when a part cannot be started again: the job fails, or all its parts begin anew with the first records. Default: fail.',
      anyOf: [
        { enum: choices.onEscalate },
        object(
          {
            restart: object({
              intensity: {
                type: 'integer',
                minimum: 1,
                description: `How often the pipeline may begin anew. Default: ${anew.intensity}.`,
              },
              period: duration('Within what time.', anew.periodMs),
              backoff: growing,
            }),
          },
          { required: ['restart'] },
        ),
      ],
    },
  },
  { description: 'How often parts may be started again, and what follows then.' },
)

/** `restart` of a source, stage or sink. */
export const restartSchema: JsonSchema = object(
  {
    type: {
      enum: choices.restartType,
      description: 'Whether it is started again after a failure. Default: transient.',
    },
    backoff: growing,
  },
  { description: 'How it is started again. Given: also a start that fails is tried again.' },
)
