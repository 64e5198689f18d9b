import { isMillraceError } from '@millrace/base'
import {
  compileTemplate,
  expectedOfTexts,
  fieldsOfTexts,
  type Template,
} from '@millrace/expression'
import { defineStage, type Key, type Logger, type StageDefinition } from '@millrace/sdk'
import * as z from '@millrace/sdk/zod'

/** Longest record shown where no message is given, in characters. */
const shownMax = 1000

const parameters = z.strictObject({
  message: z.string().min(1).optional().meta({
    format: 'template',
    description:
      'What to log: text with expressions in braces, such as "late by {delay} in {origin}". Default: the record as JSON, at most 1,000 characters of it.',
  }),
  level: z.enum(['debug', 'info', 'warn', 'error']).default('info').meta({
    description: 'The level of the lines.',
  }),
  every: z.int().min(1).default(1).meta({
    description: 'Log the first record and then each so many: 1000 logs one in a thousand.',
  }),
})

/** Parameters of `log`, defaults filled in. */
export type LogParameters = z.output<typeof parameters>

/** Logs records as they pass. A record whose message cannot be made is rejected with the expression's code. */
export const log: StageDefinition<LogParameters> = defineStage({
  name: 'log',
  summary: 'Logs records and hands them on untouched.',
  parameters,
  main: 'message',
  keeps: 'instance',
  passes: 'same',
  reads: ({ message }) =>
    message === undefined ? undefined : fieldsOfTexts([message], compileTemplate),
  expects: ({ message }) =>
    message === undefined ? [] : expectedOfTexts([message], compileTemplate),
  shape: (_parameters, { fields }) => ({ out: fields }),
  create({ parameters: { message, level, every }, expressions, logger }) {
    const template = message === undefined ? undefined : compileTemplate(message, expressions)
    const line = createLine(template, (text) => logger[level](text))
    let seen = 0
    return {
      process(record: unknown, context) {
        const fault = seen % every === 0 ? line(record, context.timestamp, context.key) : undefined
        seen++
        if (fault === undefined) return record
        context.reject(fault.code, fault.message)
        return undefined
      },
      processBatch(batch, output) {
        for (let index = 0; index < batch.length; index++) {
          const fault =
            seen % every === 0
              ? line(batch.value(index), batch.timestamp(index), batch.key(index))
              : undefined
          seen++
          if (fault === undefined) output.pass(index)
          else output.reject(index, fault.code, fault.message)
        }
      },
    }
  },
})

type Line = (
  record: unknown,
  timestamp: number,
  key: Key | undefined,
) => { readonly code: string; readonly message: string } | undefined

/** Logs one record; what it gives back is why it could not. */
function createLine(template: Template | undefined, write: Logger['info']): Line {
  const at = { timestamp: 0, key: undefined as Key | undefined }
  return (record, timestamp, key) => {
    at.timestamp = timestamp
    at.key = key
    let text: string
    try {
      text = template?.evaluate(record, at) ?? show(record)
    } catch (error) {
      if (isMillraceError(error)) return { code: error.code, message: error.message }
      throw error
    }
    write(text)
    return undefined
  }
}

function show(record: unknown): string {
  const text = JSON.stringify(record)
  return text.length > shownMax ? `${text.slice(0, shownMax)}…` : text
}
