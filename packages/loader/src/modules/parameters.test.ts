import { renderError } from '@millrace/base'
import type { ParameterSchema } from '@millrace/sdk'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { anyParameters, noParameters, schemaOf, validateParameters } from './parameters.ts'

const stage = (parameters: ParameterSchema): Parameters<typeof validateParameters>[0] => ({
  kind: 'stage',
  name: 'threshold',
  parameters,
})

test('the input form counts: a default makes a key optional and a transform is not seen', () => {
  const parameters = z.object({
    above: z.number().default(0),
    size: z.string().transform((text) => text.length),
  })

  expect(schemaOf({ parameters }, 'stage', 'threshold')).toMatchObject({
    properties: { above: { type: 'number', default: 0 }, size: { type: 'string' } },
    required: ['size'],
  })
})

test('functions and aggregates have no parameters', () => {
  expect(schemaOf({}, 'function', 'round')).toEqual({})
  expect(schemaOf({}, 'aggregate', 'sum')).toEqual({})
})

test('a schema without an input form is refused', () => {
  const parameters = z.object({ when: z.date() })

  expect(() => schemaOf({ parameters }, 'stage', './mine.ts')).toThrow(
    'The stage of ./mine.ts is not usable: parameters must be a schema with an input form as JSON Schema; got Date cannot be represented in JSON Schema.',
  )
})

test('parameters come out as the schema makes them, nothing counting as an empty map', () => {
  const threshold = stage(z.object({ above: z.number().default(5) }))

  expect(validateParameters(threshold, { above: 7 })).toEqual({ value: { above: 7 } })
  expect(validateParameters(threshold, undefined)).toEqual({ value: { above: 5 } })
  expect(validateParameters(threshold, null)).toEqual({ value: { above: 5 } })
})

test('all issues are told at once, unknown keys among them', () => {
  const threshold = stage(z.object({ above: z.number(), fields: z.array(z.string()) }))

  expect(validateParameters(threshold, { above: 'x', fields: ['a', 1], feilds: [] })).toEqual({
    issues: [
      { path: ['feilds'], message: 'unknown parameter "feilds"', hint: 'Did you mean "fields"?' },
      { path: ['above'], message: 'Invalid input: expected number, received string' },
      { path: ['fields', 1], message: 'Invalid input: expected string, received number' },
    ],
  })
})

test('a schema that refuses unknown keys itself does not say it twice', () => {
  const strict = stage(z.strictObject({ above: z.number() }))

  expect(validateParameters(strict, { above: 1, below: 2 })).toEqual({
    issues: [{ path: ['below'], message: 'unknown parameter "below"', hint: 'It takes: above.' }],
  })
})

test('paths of other libraries are flattened', () => {
  const schema: ParameterSchema = {
    '~standard': {
      version: 1,
      vendor: 'other',
      validate: () => ({ issues: [{ message: 'wrong', path: [{ key: 'a' }, 0, Symbol('s')] }] }),
      jsonSchema: { input: () => ({}) },
    },
  }

  expect(validateParameters(stage(schema), {})).toEqual({
    issues: [{ path: ['a', 0, 'Symbol(s)'], message: 'wrong' }],
  })
})

test('asynchronous validation is refused', () => {
  const schema: ParameterSchema = {
    '~standard': {
      version: 1,
      vendor: 'other',
      validate: () => Promise.reject(new Error('later')),
      jsonSchema: { input: () => ({}) },
    },
  }
  let text = ''

  try {
    validateParameters(stage(schema), {})
  } catch (error) {
    text = renderError(error)
  }

  expect(text).toMatchInlineSnapshot(`
    "error[CFG_MODULE_ASYNC_PARAMETERS]: The parameters of stage "threshold" are validated asynchronously, which is not supported.
      next Check what needs waiting in open or create, and the rest in the schema."
  `)
})

test('a class takes any parameters and a plain function none', () => {
  expect(validateParameters(stage(anyParameters), { a: 1 })).toEqual({ value: { a: 1 } })
  expect(validateParameters(stage(anyParameters), undefined)).toEqual({ value: {} })
  expect(validateParameters(stage(noParameters), undefined)).toEqual({ value: {} })
  expect(validateParameters(stage(noParameters), { a: 1 })).toMatchObject({
    issues: [
      { path: ['a'], message: 'unknown parameter "a"' },
      { path: [], message: 'a plain function takes no parameters; got an object' },
    ],
  })
})
