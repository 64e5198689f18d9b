import { setField } from '@millrace/base'
import { defineStage, type Process, type RecordContext, type StageDefinition } from '@millrace/sdk'
import * as z from '@millrace/sdk/zod'
import { UNION_NO_OBJECT } from './errors.ts'

const schema = z.strictObject({
  as: z.string().min(1).optional().meta({
    description: 'Field that gets the name of the input; default: records stay as they are.',
  }),
})

/** Parameters of `union`, defaults filled in. */
export type UnionParameters = z.output<typeof schema>

/** Hands records on as copies that have the name of their input in the field `as`. */
function naming(input: string, as: string): Process {
  return (record: unknown, context: RecordContext) => {
    if (typeof record !== 'object' || record === null || Array.isArray(record)) {
      const got = Array.isArray(record)
        ? 'an array'
        : record === null
          ? 'null'
          : `a ${typeof record}`
      const { code, message } = UNION_NO_OBJECT({ as, got })
      context.reject(code, message)
      return undefined
    }
    const named: Record<string, unknown> = { ...record }
    setField(named, as, input)
    return named
  }
}

/**
 * Hands on the records of two or more inputs, which the job names in `from`. Those of one input keep their order. With `as` each
 * is a copy in which that field holds the name of its input, whatever it held before; what is no object fails with
 * UNION_NO_OBJECT. Without it they are handed on untouched.
 */
export const union: StageDefinition<UnionParameters> = defineStage({
  name: 'union',
  summary: 'Merges inputs and says which one each record came by.',
  parameters: schema,
  main: 'as',
  inputs: 'named',
  outputs: { out: 'The records of all inputs.' },
  keeps: 'nothing',
  shape: ({ as }, { fields }) => ({
    out: as === undefined || fields === undefined ? fields : [...new Set([...fields, as])],
  }),
  create({ parameters: { as }, inputs }) {
    if (as === undefined) return { process: (record: unknown) => record }
    return { on: Object.fromEntries(inputs.map((input) => [input, naming(input, as)])) }
  },
})
