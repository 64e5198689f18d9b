import { describe, expect, it } from 'vitest'
import { defineAggregate } from './define-aggregate.ts'
import { defineFunction } from './define-function.ts'
import { defineResource } from './define-resource.ts'
import { defineSink } from './define-sink.ts'
import { defineSource } from './define-source.ts'
import { defineStage } from './define-stage.ts'
import { defineToken } from './token.ts'
import type { ParameterSchema } from './schema.ts'

const parameters: ParameterSchema<object> = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: (value) => ({ value: value as object }),
    jsonSchema: { input: () => ({ type: 'object' }) },
  },
}

describe('definitions', () => {
  it('are plain data with their kind', () => {
    const token = defineToken<number>('@acme/count/total')
    const about = { name: 'x', summary: 'X.', parameters }

    const kinds = [
      defineStage({ ...about, create: () => ({}) }),
      defineSource({ ...about, replay: 'none', ends: true, create: () => ({ read: () => [] }) }),
      defineSink({ ...about, guarantee: 'None.', create: () => ({ write: () => undefined }) }),
      defineResource({ ...about, provides: token, create: () => 1 }),
      defineFunction({ name: 'x', summary: 'X.', arguments: [], call: () => 1 }),
      defineAggregate({
        name: 'x',
        summary: 'X.',
        arguments: 0,
        create: () => ({ n: 0 }),
        add: (accumulator) => void accumulator.n++,
        merge: (a, b) => ({ n: a.n + b.n }),
        result: (accumulator) => accumulator.n,
      }),
    ].map((definition) => definition.kind)

    expect(kinds).toEqual(['stage', 'source', 'sink', 'resource', 'function', 'aggregate'])
  })

  it('run nothing until a job creates them', () => {
    let created = 0

    defineStage({
      name: 'x',
      summary: 'X.',
      parameters,
      create: () => {
        created++
        return {}
      },
    })

    expect(created).toBe(0)
  })
})

describe('a token', () => {
  it('is the same for the same name in two copies of a package', () => {
    expect(defineToken('@acme/pg/database').symbol).toBe(defineToken('@acme/pg/database').symbol)
    expect(defineToken('@acme/pg/database').symbol).not.toBe(defineToken('@acme/pg/pool').symbol)
  })
})
