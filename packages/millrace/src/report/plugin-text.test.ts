import { defineError } from '@millrace/base'
import type { PluginInfo } from '@millrace/loader'
import { describe, expect, it } from 'vitest'
import { renderPlugin, renderPlugins, typeName } from './plugin-text.ts'

const filter: PluginInfo = {
  kind: 'stage',
  name: 'filter',
  package: '@millrace/filter',
  version: '1.2.0',
  summary: 'Passes records that fulfil a condition.',
  main: 'where',
  parameters: {
    type: 'object',
    required: ['where', 'otherwise'],
    properties: {
      where: { type: 'string', format: 'cel', description: 'The condition.' },
      otherwise: {
        enum: ['filter', 'reject'],
        default: 'filter',
        description: 'What becomes of the others.',
      },
      labels: { type: 'object', additionalProperties: { type: 'string' } },
    },
  },
}
const file: PluginInfo = {
  ...filter,
  kind: 'source',
  name: 'file',
  package: '@millrace/file',
  summary: 'Reads files.',
  parameters: {},
}
const fault = defineError({
  code: 'CFG_MODULE_IMPORT',
  message: () => 'It cannot be imported.',
  hint: () => 'Install it again.',
})({})

describe('renderPlugins', () => {
  it('lists plugins by kind, then by name', () => {
    const log = { ...filter, kind: 'sink', name: 'log', summary: 'Logs.' } as const
    const broken = { ...filter, name: 'broken', summary: '', parameters: {}, fault }

    expect(renderPlugins([file, filter, broken, log])).toMatchInlineSnapshot(`
      "sources
        file    @millrace/file 1.2.0    Reads files.

      stages
        broken  @millrace/filter 1.2.0  It cannot be imported.
        filter  @millrace/filter 1.2.0  Passes records that fulfil a condition.

      sinks
        log     @millrace/filter 1.2.0  Logs.
      "
    `)
  })

  it('says how to get one when there is none', () => {
    expect(renderPlugins([])).toMatchInlineSnapshot(`
      "No plugins are installed. Add one: npm install @millrace/filter
      "
    `)
  })
})

describe('renderPlugin', () => {
  it('lists parameters with type, default and description', () => {
    expect(renderPlugin(filter)).toMatchInlineSnapshot(`
      "filter (stage, @millrace/filter 1.2.0)
        Passes records that fulfil a condition.

        where      expression       main, required    The condition.
        otherwise  filter | reject  default "filter"  What becomes of the others.
        labels     map of string
      "
    `)
  })

  it('says so when there are none, and why a plugin cannot be loaded', () => {
    expect(renderPlugin(file)).toMatchInlineSnapshot(`
      "file (source, @millrace/file 1.2.0)
        Reads files.
        It takes no parameters.
      "
    `)
    expect(renderPlugin({ ...filter, parameters: {}, fault })).toMatchInlineSnapshot(`
      "filter (stage, @millrace/filter 1.2.0)
        It cannot be imported.
        next Install it again.
      "
    `)
  })
})

it('names types as people write them', () => {
  expect(typeName({ type: 'array', items: { type: 'string', format: 'path' } })).toBe(
    'list of path',
  )
  expect(typeName({ anyOf: [{ type: 'string' }, { type: 'number' }, { type: 'string' }] })).toBe(
    'string | number',
  )
  expect(typeName({ type: ['string', 'null'] })).toBe('string | null')
  expect(typeName({ const: 3 })).toBe('3')
  expect(typeName({})).toBe('any')
})
