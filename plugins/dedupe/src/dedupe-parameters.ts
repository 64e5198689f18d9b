import { isMillraceError } from '@millrace/base'
import { compilePath } from '@millrace/expression'
import { durationFaults, type ParameterFault, type StageSurroundings } from '@millrace/sdk'
import * as z from '@millrace/sdk/zod'

const path = z.string().min(1)

export const dedupeSchema = z.strictObject({
  within: z.string().meta({
    description: 'How long in event time the first record stands for those that repeat it.',
    format: 'duration',
  }),
  of: z
    .union([path, z.array(path).min(1)])
    .optional()
    .meta({
      description:
        'Fields whose values make records the same, within the key where the stage has `by`. Default: the key.',
    }),
})

/** Parameters of `dedupe`, defaults filled in. */
export type DedupeParameters = z.output<typeof dedupeSchema>

/** The fields of `of`, if any. */
export function pathsOf({ of = [] }: DedupeParameters): readonly string[] {
  return typeof of === 'string' ? [of] : of
}

/** Faults that the schema cannot say. */
export function checkDedupe(
  parameters: DedupeParameters,
  { keys }: StageSurroundings,
): readonly ParameterFault[] {
  const { of, within } = parameters
  const faults = [...durationFaults(['within'], within)]
  if (of === undefined && keys.length === 0) {
    faults.push({
      path: ['of'],
      message: 'nothing says which records are the same.',
      hint: 'Write of: id, a list such as of: [user, action], or give the stage `by`.',
    })
  }
  for (const [index, text] of pathsOf(parameters).entries()) {
    try {
      compilePath(text)
    } catch (error) {
      if (!isMillraceError(error)) throw error
      const at = typeof of === 'string' ? ['of'] : ['of', index]
      faults.push({ path: at, message: error.message, hint: error.hint })
    }
  }
  return faults
}
