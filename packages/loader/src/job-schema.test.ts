import { expect, it } from 'vitest'
import { jobSchema } from './job-schema.ts'

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
