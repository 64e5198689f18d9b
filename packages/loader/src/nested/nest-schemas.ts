import type { JsonSchema } from '@millrace/sdk'

const stages = (description: string): JsonSchema => ({
  type: 'array',
  items: { $ref: '#/$defs/stage' },
  description,
})

/** Stages that hold others, by their keys. */
export const nestSchemas: Readonly<Record<string, JsonSchema>> = {
  pipeline: {
    description: 'Stages in the place of one: the path of a job file without ends, or a list.',
    anyOf: [
      { type: 'string', description: 'A path, relative to this file.' },
      {
        type: 'object',
        required: ['stages'],
        additionalProperties: false,
        properties: {
          note: { description: 'For people; it has no effect.' },
          stages: stages('Each reads the one above it.'),
        },
      },
    ],
  },
  choose: {
    type: 'object',
    description: 'One of two lists of stages for each record.',
    required: ['when', 'then'],
    additionalProperties: false,
    properties: {
      when: {
        type: ['string', 'number', 'boolean'],
        description: 'An expression. Condition over the record.',
      },
      then: stages('For records for which it is true.'),
      else: stages('For all others. Default: they go on as they are.'),
    },
  },
}
