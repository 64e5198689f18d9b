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
