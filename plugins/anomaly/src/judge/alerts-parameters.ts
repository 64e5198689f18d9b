import { parseDuration } from '@millrace/base'
import { durationFaults, type ParameterFault } from '@millrace/sdk'
import * as z from '@millrace/sdk/zod'

const duration = z
  .string()
  .meta({ description: 'Length of event time with a unit.', format: 'duration' })

/** Which strange points become alerts: schemas of three parameters, to be spread into those of a stage. */
export const alertsShape = {
  refractory: z
    .union([z.int().min(0), duration])
    .default(50)
    .meta({
      description:
        'How long there is no other alert after one: so many points, or event time such as 1h, in which what is older than the last alert never is one either.',
    }),
  hysteresis: z
    .strictObject({
      on: z.number().min(0).lt(1).optional().meta({
        description: 'An alert also needs this score. Default: what the threshold says.',
      }),
      off: z.number().min(0).lt(1).meta({
        description: 'After an alert there is no other one until a score was below this.',
      }),
    })
    .optional()
    .meta({ description: 'One alert for each strange stretch instead of many.' }),
  persistence: z
    .strictObject({
      of: z.int().min(1).max(31).meta({ description: 'How many points are looked at.' }),
      need: z.int().min(1).max(31).meta({ description: 'How many of them have to be strange.' }),
    })
    .optional()
    .meta({ description: 'Only what lasts is an alert: so many strange points of the last ones.' }),
}

const alertsSchema = z.strictObject(alertsShape)

/** Which strange points become alerts. */
export type AlertsParameters = Partial<z.output<typeof alertsSchema>>

/** What the schemas cannot say. */
export function alertsFaults(parameters: AlertsParameters): readonly ParameterFault[] {
  const { refractory, hysteresis, persistence } = parameters
  const faults: ParameterFault[] = []
  if (typeof refractory === 'string') faults.push(...durationFaults(['refractory'], refractory, 0))
  if (hysteresis?.on !== undefined && hysteresis.on < hysteresis.off) {
    faults.push({
      path: ['hysteresis', 'on'],
      message: `must be at least \`off\`, ${hysteresis.off}; got ${hysteresis.on}.`,
      hint: 'Write a larger number for on, or a smaller one for off.',
    })
  }
  if (persistence !== undefined && persistence.need > persistence.of) {
    faults.push({
      path: ['persistence', 'need'],
      message: `must be at most \`of\`, ${persistence.of}; got ${persistence.need}.`,
      hint: 'Write for example persistence: { of: 5, need: 3 }.',
    })
  }
  return faults
}

/** The refractory period in event time, and in points; one of them is 0. */
export function refractoryOf({ refractory = 0 }: AlertsParameters): {
  readonly ms: number
  readonly points: number
} {
  if (typeof refractory === 'number') return { ms: 0, points: refractory }
  return { ms: parseDuration(refractory) ?? 0, points: 0 }
}
