import { isDetectorChoice } from '@millrace/sdk'
import * as z from '@millrace/sdk/zod'
import { driftSchema } from './drift-parameters.ts'
import { alertsShape } from './judge/alerts-parameters.ts'
import { modelSchema } from './model/model-parameters.ts'
import { thresholdSchema } from './judge/threshold-parameters.ts'

const expression = (description: string): z.ZodString =>
  z.string().min(1).meta({ description, format: 'cel' })

export const anomalySchema = z.strictObject({
  field: expression('The number to judge, such as `value` or `total / requests`.').optional(),
  fields: z
    .array(expression('A number.'))
    .min(1, 'must name at least one number, such as [temp, vibration]; got an empty list.')
    .max(1000, 'must name at most 1000 numbers.')
    .optional()
    .meta({ description: 'Several numbers of each record, judged together.' }),
  detector: z
    .unknown()
    .refine(isDetectorChoice, 'must be a detector')
    .optional()
    .meta({
      description:
        'What tells how strange a point is: a name such as `ewma`, the name or path of a module with `defineDetector`, or a map of that to its parameters. Default: `ensemble` for one number, `sensors` for several.',
      type: ['string', 'object'],
      module: 'detector',
    }),
  model: modelSchema.optional().meta({
    description:
      'A model from outside that judges the last points of a key: `{ onnx: file }`, with the package @millrace/anomaly-onnx, or `{ http: url }`. Where it gives no answer in time, the detector judges.',
  }),
  threshold: thresholdSchema.default(0.999),
  ...alertsShape,
  warmup: z
    .int()
    .min(1)
    .max(100_000)
    .default(300)
    .meta({ description: 'So many points of a key are learnt before its first alert.' }),
  drift: driftSchema.optional().meta({
    description:
      'Looks whether the scores are what they were: `adwin`, `page-hinkley`, `kswin` or `changepoint`, or a map of one to its parameters. After a drift ranks and threshold begin anew. Default: nothing looks.',
  }),
  forget: z.enum(['scale', 'detector']).default('scale').meta({
    description:
      'What begins anew after a drift. `scale`: ranks and threshold; `detector`: also the detector, with a warm-up.',
  }),
  missing: z.enum(['skip', 'last']).optional().meta({
    description:
      'Where a number is null or absent. `skip`: the record passes without a score, and nothing is learnt of it; `last`: the last number of the key stands in. Default: `last` where another of several numbers is there, else `skip`.',
  }),
  range: z.array(z.number()).length(2, 'must be two numbers, such as [0, 100].').optional().meta({
    description: 'Smallest and largest value to expect, if they are known; of one number.',
  }),
  seed: z
    .int()
    .min(0)
    .max(4_294_967_295)
    .default(1)
    .meta({ description: 'Where the random numbers of detectors begin, the same for every key.' }),
  as: z
    .string()
    .min(1)
    .default('anomaly')
    .meta({ description: 'Field of the results that says what was found.' }),
})

/** Parameters of `anomaly`, defaults filled in. */
export type AnomalyParameters = z.output<typeof anomalySchema>

/** The expressions whose numbers are judged. */
export function textsOf(
  parameters: Pick<AnomalyParameters, 'field' | 'fields'>,
): readonly string[] {
  const { field, fields = [] } = parameters
  return field === undefined ? fields : [field]
}
