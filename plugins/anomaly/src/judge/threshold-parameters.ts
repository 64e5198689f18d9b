import * as z from '@millrace/sdk/zod'
import { kindFault } from '../kind-fault.ts'

const chance = (description: string): z.ZodNumber => z.number().gt(0).lt(0.02).meta({ description })

const expected =
  'a number above 0 and below 1 such as 0.999, or a map with quantile, spot, dspot, conformal or budget'
const kinds = ['quantile', 'spot', 'dspot', 'conformal', 'budget']

/** When a point is strange enough: schema of `threshold`. */
export const thresholdSchema = z
  .union(
    [
      z.number().gt(0).lt(1),
      z.strictObject({
        quantile: z.number().min(0.5).lt(1).meta({
          description: 'Strange is what has a larger raw score than this share of all before it.',
        }),
      }),
      z.strictObject({
        spot: chance(
          'Strange is what an extreme value tail of the raw scores allows with this chance.',
        ),
      }),
      z.strictObject({
        dspot: z
          .strictObject({
            q: chance('The chance, as of `spot`.'),
            depth: z.int().min(1).max(10_000).meta({
              description:
                'A raw score is looked at as its distance from the mean of so many before it.',
            }),
          })
          .meta({ description: 'As `spot`, for raw scores whose level drifts.' }),
      }),
      z.strictObject({
        conformal: z.number().gt(0).lt(0.5).meta({
          description:
            'Strange are the rarest points, with a level that adapts so that they are this share of all.',
        }),
      }),
      z.strictObject({
        budget: z.int().min(1).max(1000).meta({
          description:
            'At most so many alerts in 24 hours of event time for each key, of the rarest points.',
        }),
      }),
    ],
    { error: kindFault(expected, kinds) },
  )
  .meta({
    description:
      'When a point is strange enough: from which score on, such as 0.999, or a rule of what is usual for the key.',
  })

/** When a point is strange enough. */
export type ThresholdParameters = z.output<typeof thresholdSchema>
