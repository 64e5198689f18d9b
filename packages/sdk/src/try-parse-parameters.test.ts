import { expect, it } from 'vitest'
import type { ParameterSchema } from './schema.ts'
import { tryParseParameters } from './try-parse-parameters.ts'

interface Limit {
  readonly above: number
}

function schema(validate: ParameterSchema<Limit>['~standard']['validate']): ParameterSchema<Limit> {
  const jsonSchema = { input: () => ({}) }
  return { '~standard': { version: 1, vendor: 'test', validate, jsonSchema } }
}

const limit = schema((value) =>
  value === 'bad'
    ? { issues: [{ message: 'Too low.', path: ['limits', { key: 0 }, 'above'] }] }
    : { value: { above: 3 } },
)

it('gives the value that the schema makes', () => {
  expect(tryParseParameters({ parameters: limit }, {})).toEqual({ value: { above: 3 } })
})

it('gives the first issue of the schema with its path', () => {
  expect(tryParseParameters({ parameters: limit }, 'bad')).toEqual({
    problem: { path: 'limits.0.above', message: 'Too low.' },
  })
})

it('refuses a key that the schema does not name, also where it would drop it', () => {
  const input = () => ({ type: 'object', properties: { above: { type: 'number' } } })
  const dropping = { '~standard': { ...limit['~standard'], jsonSchema: { input } } }

  expect(tryParseParameters({ parameters: dropping }, { above: 3, abvoe: 4 })).toEqual({
    problem: {
      path: 'abvoe',
      message: 'Unknown parameter "abvoe".',
      hint: 'Did you mean "above"?',
    },
  })
})

it('goes without the names of keys where the schema cannot say them', () => {
  const input = () => {
    throw new Error('cannot be represented')
  }
  const silent = { '~standard': { ...limit['~standard'], jsonSchema: { input } } }

  expect(tryParseParameters({ parameters: silent }, { any: 1 })).toEqual({ value: { above: 3 } })
})

it('asks the check of a stage once the surroundings are known', () => {
  const check = (parameters: Limit, { keys }: { readonly keys: readonly string[] }) =>
    keys.map((key) => ({
      path: ['above'],
      message: `${parameters.above} and ${key}`,
      hint: 'Mend.',
    }))
  const definition = { parameters: limit, check }

  expect(tryParseParameters(definition, {})).toEqual({ value: { above: 3 } })
  expect(tryParseParameters(definition, {}, { ends: true, keys: [] })).toEqual({
    value: { above: 3 },
  })
  expect(tryParseParameters(definition, {}, { ends: true, keys: ['a', 'b'] })).toEqual({
    problem: { path: 'above', message: '3 and a', hint: 'Mend.' },
  })
})

it('refuses a schema that must be waited for, whatever becomes of it', () => {
  const slow = schema(() => Promise.reject(new Error('too late')))

  expect(tryParseParameters({ parameters: slow }, {})).toEqual({
    problem: { path: '', message: 'Asynchronous validation is not supported.' },
  })
})
