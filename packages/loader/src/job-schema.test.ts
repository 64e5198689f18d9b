import { expect, it } from 'vitest'
import type { JsonSchema } from '@millrace/sdk'
import { documentKeys, entryKeys, innerKeys, pipelineKeys } from './grammar/keys.ts'
import { jobSchema } from './job-schema.ts'
import { nestSchemas } from './nested/nest-schemas.ts'

const here = import.meta.dirname

it('describes a job file with the plugins that are installed', async () => {
  const schema = await jobSchema(here)
  const stage = schema['$defs']

  expect(Object.keys(schema.properties?.['pipeline']?.properties ?? {})).toEqual(
    expect.arrayContaining(['source', 'stages', 'sink', 'deadLetter', 'errors', 'mailbox']),
  )
  expect(JSON.stringify(stage)).toContain('"filter"')
})

it('says which texts are expressions', async () => {
  const schema = await jobSchema(here)

  expect(JSON.stringify(schema)).toContain('An expression. Condition over the record')
  expect(JSON.stringify(schema)).not.toContain('"format":"cel"')
})

it('refers only to definitions that it holds, those of plugins among them', async () => {
  const schema = await jobSchema(here)
  const held = Object.keys(schema['$defs'] ?? {}).map((name) => `#/$defs/${name}`)

  const text = JSON.stringify(schema)
  const references = [...text.matchAll(/"\$ref":"([^"]*)"/g)].map(([, reference]) => reference)

  expect(held).toEqual(expect.arrayContaining(references))
  expect(references.join(' ')).toContain('#/$defs/source-generate-')
  expect(text.match(/"\$defs"/g)).toHaveLength(1)
})

const keysOf = (schema: JsonSchema | undefined): string[] =>
  Object.keys(schema?.properties ?? {}).toSorted()

it('names the keys that the grammar takes, no more and no fewer', async () => {
  const schema = await jobSchema(here)
  const pipeline = schema.properties?.['pipeline']
  const forms = (role: string): readonly JsonSchema[] =>
    (schema['$defs'] as Readonly<Record<string, JsonSchema>>)[role]?.anyOf ?? []

  expect(keysOf(schema)).toEqual(documentKeys.toSorted())
  expect(keysOf(pipeline)).toEqual(pipelineKeys.toSorted())
  for (const key of ['errors', 'restart', 'mailbox'] as const) {
    expect(keysOf(pipeline?.properties?.[key])).toEqual(
      [...innerKeys[key]].toSorted((a, b) => (a < b ? -1 : 1)),
    )
  }
  const checkpoint = pipeline?.properties?.['checkpoint']?.anyOf?.[2]
  expect(keysOf(checkpoint)).toEqual(innerKeys.checkpoint.toSorted())
  const time = forms('source')[1]?.properties?.['time']?.['anyOf'] as readonly JsonSchema[]
  expect(keysOf(time[1])).toEqual(innerKeys.time.toSorted())
  expect(keysOf(schema.properties?.['plugins'])).toEqual(innerKeys.plugins.toSorted())
  for (const role of ['source', 'stage', 'sink', 'resource'] as const) {
    const [name, whole] = forms(role)
    const plugins = name?.['examples'] as readonly string[]
    const nests = role === 'stage' ? Object.keys(nestSchemas) : []
    const own = keysOf(whole).filter((key) => !plugins.includes(key) && !nests.includes(key))
    expect(own).toEqual(entryKeys[role].toSorted())
  }
})
