import { jobDefaults, type JsonSchema } from '@millrace/sdk'
import { choices } from './grammar/keys.ts'

const { runs, unitsEach, workersMost } = jobDefaults.parallel
const workers = { type: 'integer', minimum: 1, maximum: workersMost } as const

/** A number of workers, alone or with more about them. */
const workersOr = (properties: Readonly<Record<string, JsonSchema>>): readonly JsonSchema[] => [
  { ...workers, description: 'How many workers.' },
  {
    type: 'object',
    required: ['workers'],
    additionalProperties: false,
    properties: { workers: { ...workers, description: 'How many.' }, ...properties },
  },
]

/** How a stage runs several times side by side. */
export const parallelSchema: JsonSchema = {
  description:
    'Runs the stage several times side by side; with by each worker has its share of the keys. Default: once.',
  anyOf: workersOr({
    runs: { enum: choices.runs, description: `Where they run. Default: ${runs}.` },
    mode: {
      enum: choices.parallelMode,
      description: 'Without by: in which order results come. Default: ordered.',
    },
    inFlight: {
      type: 'integer',
      minimum: 1,
      description: `Without by: the most that all of them have under way, records with async, else batches. Default: ${unitsEach} for each worker.`,
    },
  }),
}

/** How several workers read a source. */
export const splitSchema: JsonSchema = {
  description:
    'Several workers read the source, each some pieces of it, so that its records come in no order: one in the thread of the job, the others in threads of their own. Default: one reads all of it.',
  anyOf: workersOr({
    runs: { enum: ['threads'], description: 'Where they run. Default: threads.' },
  }),
}
