import * as z from '@millrace/sdk/zod'

const spanSchema = z.number().positive().max(100_000)

/** One span or several: points, or below 1 a share of the warm-up. */
export const spansSchema = z.union([spanSchema, z.array(spanSchema).min(1).max(10)])
