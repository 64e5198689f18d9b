import type { JsonSchema } from '@millrace/sdk'
import { choices } from '../grammar/keys.ts'

const records: JsonSchema = { type: ['array', 'null'], description: 'A list of records.' }
const given: JsonSchema = {
  description: 'Records that the source reads: a list, or a map of sources to lists.',
  anyOf: [{ type: 'array' }, { type: 'object', additionalProperties: records }],
}
const expected: JsonSchema = {
  type: 'object',
  description:
    'Records that came since the expectation before, by sink, deadLetter, stage or stage.output.',
  additionalProperties: records,
}
const step: JsonSchema = {
  anyOf: [
    { const: 'end', description: 'The input is over: everything open fires.' },
    { const: 'idle', description: 'The clock goes on until every source counts as silent.' },
    {
      type: 'object',
      minProperties: 1,
      maxProperties: 1,
      additionalProperties: false,
      properties: {
        given,
        advance: { type: 'string', description: 'How far the clock goes on, such as 2m.' },
        expect: expected,
      },
    },
  ],
}

/** JSON Schema of `tests:`. */
export const testsSchema: JsonSchema = {
  type: 'array',
  description: 'Run by millrace test, in virtual time.',
  items: {
    type: 'object',
    additionalProperties: false,
    patternProperties: { '^x-': {} },
    properties: {
      name: { type: 'string', description: 'What holds, in a few words.' },
      note: { description: 'For people; it has no effect.' },
      env: { type: 'object', description: 'Environment variables of this test.' },
      clock: {
        type: 'string',
        description: 'What the clock says at the start. Default: 1970-01-01T00:00:00Z.',
      },
      mocks: {
        type: 'object',
        description:
          'Stages whose code does not run: the n-th record that reaches one gives the n-th of the list; a list in it stands for several.',
        additionalProperties: records,
      },
      given,
      steps: {
        type: 'array',
        items: step,
        description: 'What happens, in order; without them the input ends behind what is given.',
      },
      expect: expected,
      match: {
        enum: choices.match,
        description:
          'contains (default): fields that an expected record does not name may be anything. Or equals.',
      },
      order: { enum: choices.order, description: 'given (default), or any.' },
    },
  },
}
