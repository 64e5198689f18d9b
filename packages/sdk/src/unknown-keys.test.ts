import { expect, test } from 'vitest'
import type { JsonSchema } from './schema.ts'
import { unknownKeys } from './unknown-keys.ts'

const paths = (schema: JsonSchema, value: unknown): readonly string[] =>
  unknownKeys(schema, value).map((issue) => issue.path.join('.'))

const number: JsonSchema = { type: 'number' }
const object = (properties: JsonSchema['properties'] & object): JsonSchema => ({
  type: 'object',
  properties,
})

test('a key that no property names is unknown, at any depth', () => {
  const list = { type: 'array', items: object({ b: number }) }

  const found = paths(object({ a: number, list }), { a: 1, list: [{ b: 1 }, { b: 2, c: 3 }], d: 4 })

  expect(found).toEqual(['list.1.c', 'd'])
})

test('an unknown key gets the nearest name, or all names', () => {
  const schema = object({ field: { type: 'string' }, above: number })

  expect(unknownKeys(schema, { feild: 'x', nothing: 1 })).toEqual([
    { path: ['feild'], message: 'unknown parameter "feild"', hint: 'Did you mean "field"?' },
    { path: ['nothing'], message: 'unknown parameter "nothing"', hint: 'It takes: field, above.' },
  ])
  expect(unknownKeys(object({}), { a: 1 })[0]?.hint).toBe('It takes none.')
})

test('a name that every object has is unknown too', () => {
  expect(paths(object({ a: number }), { constructor: 1 })).toEqual(['constructor'])
})

test('maps, loose objects and schemas that say nothing take any key', () => {
  expect(paths({ type: 'object', additionalProperties: number }, { a: 1 })).toEqual([])
  expect(paths({ ...object({ a: number }), additionalProperties: {} }, { b: 1 })).toEqual([])
  expect(paths({}, { a: 1 })).toEqual([])
})

test('the values of a map are looked into', () => {
  const schema = { type: 'object', additionalProperties: object({ a: number }) }

  expect(paths(schema, { x: { a: 1, b: 2 } })).toEqual(['x.b'])
})

test('of several branches the one with the fewest unknown keys counts', () => {
  const schema = { anyOf: [{ type: 'string' }, object({ a: number }), object({ b: number })] }

  expect(paths(schema, { b: 1 })).toEqual([])
  expect(paths(schema, { b: 1, c: 2 })).toEqual(['c'])
  expect(paths(schema, 'text')).toEqual([])
})

test('a schema that refers to itself is followed as deep as the value goes', () => {
  const schema = object({ children: { type: 'array', items: { $ref: '#' } } })

  expect(paths(schema, { children: [{ children: [{ leaf: 1 }] }] })).toEqual([
    'children.0.children.0.leaf',
  ])
})

test('a schema that only refers to itself ends', () => {
  const schema = { $ref: '#/$defs/a', $defs: { a: { $ref: '#/$defs/a' } } }

  expect(paths(schema, { a: 1 })).toEqual([])
  expect(paths({ $ref: '#/$defs/none' }, { a: 1 })).toEqual([])
})

test('of branches with as many, the one that has what it needs counts', () => {
  const branch = (name: string) => ({ ...object({ [name]: number }), required: [name] })
  const own = object({ b: number, c: number })
  const schema = { anyOf: [branch('a'), { ...own, required: ['b'] }, branch('d')] }

  expect(paths(schema, { c: 1, a: 1 })).toEqual(['c'])
  expect(paths(schema, { b: 1, e: 1 })).toEqual(['e'])
  expect(paths({ anyOf: schema.anyOf.toReversed() }, { a: 1, e: 1 })).toEqual(['e'])
})
