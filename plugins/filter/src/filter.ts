import { isMillraceError } from '@millrace/base'
import { compileExpression, expectedOfTexts, fieldsOfTexts, fieldTests } from '@millrace/expression'
import { defineStage, type Key, type StageDefinition } from '@millrace/sdk'
import * as z from '@millrace/sdk/zod'
import { FILTER_REJECTED } from './errors.ts'

const schema = z.strictObject({
  where: z.string().meta({
    description: 'Condition over the record; null counts as false.',
    format: 'cel-condition',
  }),
  reason: z
    .string()
    .min(1)
    .default('where is false')
    .meta({ description: 'Reason under which the summary counts what was filtered.' }),
  otherwise: z.enum(['filter', 'reject']).default('filter').meta({
    description: 'What becomes of the others: filtered, or failed with code FILTER_REJECTED.',
  }),
})

/** Parameters of `filter`, defaults filled in. */
export type FilterParameters = z.output<typeof schema>

/**
 * Hands on, untouched, the records for which `where` is true. The others are filtered for `reason`,
 * default `where is false`; with `otherwise: reject` they fail, and the stage's `onError` applies. A condition that is
 * neither a boolean nor null fails its record.
 */
export const filter: StageDefinition<FilterParameters> = defineStage({
  name: 'filter',
  summary: 'Passes records for which an expression is true.',
  parameters: schema,
  main: 'where',
  outputs: { out: 'Records for which the condition is true.' },
  keeps: 'nothing',
  passes: 'same',
  reads: ({ where }) => fieldsOfTexts([where]),
  expects: ({ where }) => expectedOfTexts([where]),
  shape: (_parameters, { fields }) => ({ out: fields }),
  create({ parameters, expressions }) {
    const where = compileExpression(parameters.where, expressions)
    const { reason } = parameters
    const rejects = parameters.otherwise === 'reject'
    const { code, message } = FILTER_REJECTED({ where: parameters.where })
    const at = { timestamp: 0, key: undefined as Key | undefined }
    return {
      ...(rejects
        ? {}
        : {
            prefilter: {
              reason,
              tests: fieldTests(parameters.where, expressions),
              admits(record: unknown, timestamp: number): boolean {
                at.timestamp = timestamp
                at.key = undefined
                return where.test(record, at)
              },
            },
          }),
      process(record: unknown, context) {
        if (where.test(record, context)) return record
        if (rejects) context.reject(code, message)
        else context.skip(reason)
        return undefined
      },
      processBatch(batch, output) {
        for (let index = 0; index < batch.length; index++) {
          try {
            at.timestamp = batch.timestamp(index)
            at.key = batch.key(index)
            if (where.test(batch.value(index), at)) output.pass(index)
            else if (rejects) output.reject(index, code, message)
            else output.skip(index, reason)
          } catch (error) {
            if (!isMillraceError(error)) throw error
            output.reject(index, error.code, error.message)
          }
        }
      },
    }
  },
})
