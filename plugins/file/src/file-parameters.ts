import { parseSize } from '@millrace/base'
import * as z from '@millrace/sdk/zod'

const format = z.enum(['jsonl', 'json', 'csv', 'lines'])

/** Parameters that reading and writing share, by name. */
export const formatParameters = {
  format: format.optional().meta({
    description:
      'What the file holds. Default: by extension (.jsonl, .ndjson; .json; .csv, .tsv; .txt, .log; each also with .gz); standard input and output hold JSON lines.',
  }),
  compression: z.enum(['auto', 'gzip', 'none']).default('auto').meta({
    description: 'Whether the file is packed; auto: when its name ends in .gz.',
  }),
  delimiter: z
    .string()
    .regex(/^[\t\u0020-\u007E]$/, { error: 'must be one plain character, such as ";"' })
    .refine((text) => text !== '"', { error: 'must not be the quote' })
    .optional()
    .meta({
      description: 'CSV: the character between cells. Default: a tab for .tsv, else a comma.',
    }),
}

/** A size with a unit, kept as text. */
export const sizeText: z.ZodString = z.string().refine((text) => parseSize(text) !== undefined, {
  error: 'must be a size with a unit, such as 64kB or 1MiB',
})

/** Unique, non-empty column names. */
export const columnNames: z.ZodArray<z.ZodString> = z
  .array(z.string().min(1))
  .min(1)
  .refine((names) => new Set(names).size === names.length, {
    error: 'must not name a column twice',
  })
