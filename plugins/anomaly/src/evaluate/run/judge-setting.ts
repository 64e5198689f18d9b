import * as z from '@millrace/sdk/zod'
import { alertsFaults, alertsShape } from '../../judge/alerts-parameters.ts'
import { thresholdSchema } from '../../judge/threshold-parameters.ts'
import { ANOMALY_USAGE } from '../errors.ts'

const judgeSchema = z.strictObject({
  threshold: thresholdSchema.default(0.999),
  scale: z
    .strictObject({ length: z.int().min(1), delay: z.int().min(0) })
    .partial()
    .optional(),
  ...alertsShape,
})

/** What the judge is made with, besides the detector: as the parameters of the stage, and its scale. */
export type JudgeSetting = z.output<typeof judgeSchema>

/** Reads what stands behind --judge. Throws ANOMALY_USAGE. */
export function judgeSetting(given: unknown): JudgeSetting {
  const parsed = judgeSchema.safeParse(given)
  const issues = parsed.success ? alertsFaults(parsed.data) : parsed.error.issues
  const [issue] = issues
  if (parsed.success && issue === undefined) return parsed.data
  const path = issue?.path.join('.') ?? ''
  const text = `${path === '' ? '' : `${path}: `}${issue?.message.replace(/\.$/, '')}`
  throw ANOMALY_USAGE({
    problem: `--judge takes threshold, refractory, hysteresis, persistence and scale, as the stage; ${text}`,
  })
}
