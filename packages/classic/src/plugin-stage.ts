import {
  noExpressions,
  type StageDefinition,
  type StageFactory,
  type StageSurroundings,
  toStageFactory,
  tryParseParameters,
} from '@millrace/sdk'
import { CLASSIC_OPTION } from './errors.ts'

/** A stage of a plugin with these parameters; those that are undefined count as left out. Throws CLASSIC_OPTION in the name of `of`. */
export function pluginStage<P>(
  of: string,
  definition: StageDefinition<P>,
  parameters: object,
  surroundings: Omit<StageSurroundings, 'expressions'>,
): StageFactory {
  const given = Object.fromEntries(
    Object.entries(parameters).filter(([, value]) => value !== undefined),
  )
  const around = { ...surroundings, expressions: noExpressions }
  const parsed = tryParseParameters(definition, given, around)
  if ('problem' in parsed) {
    const { hint = 'See the comment of the option.', message, path } = parsed.problem
    throw CLASSIC_OPTION({ of, path, fault: message.replace(/\.$/u, ''), hint })
  }
  return toStageFactory(definition, {
    parameters: parsed.value,
    expressions: noExpressions,
    inject: ({ name }) => {
      const hint = 'Use a plugin that needs nothing from outside.'
      throw CLASSIC_OPTION({ of, path: name, fault: 'is not provided', hint })
    },
  })
}
