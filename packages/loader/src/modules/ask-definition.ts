import { messageOf, type Where } from '@millrace/base'
import { stageTraits, type StageTraits } from '@millrace/sdk'
import { describeValue, isOutputs } from './check-definition.ts'
import { CFG_MODULE_DEFINITION } from './errors.ts'
import type { LoadedModule } from './modules.ts'

type Module = Pick<LoadedModule, 'specifier' | 'kind'>

/** What a function of a plugin's definition says. Its throw becomes CFG_MODULE_DEFINITION, placed at `where`. */
export function askDefinition<T>(
  module: Module,
  member: string,
  ask: () => T,
  where?: Where,
  expected = 'a function that does not throw',
): T {
  try {
    return ask()
  } catch (error) {
    const got = error instanceof Error ? `the error ${error.message}` : messageOf(error)
    throw refuse(module, { member, expected, got }, where, error)
  }
}

/** Traits of a stage with these parameters. Throws CFG_MODULE_DEFINITION where its outputs are not what they should be. */
export function askTraits(
  module: LoadedModule<'stage'>,
  parameters: unknown,
  where?: Where,
): StageTraits {
  const member = 'outputs'
  const expected = 'names with a sentence each'
  const ask = (): StageTraits => stageTraits(module.definition, parameters)
  const traits = askDefinition(module, member, ask, where, expected)
  if (traits.exits === true && Object.hasOwn(traits.outputs, 'exit')) {
    const details = { member, expected: 'no output exit, for it says exits', got: 'exit' }
    throw refuse(module, details, where)
  }
  if (isOutputs(traits.outputs)) return traits
  throw refuse(module, { member, expected, got: describeValue(traits.outputs) }, where)
}

function refuse(
  { specifier, kind }: Module,
  details: { readonly member: string; readonly expected: string; readonly got: string },
  where: Where | undefined,
  cause?: unknown,
): Error {
  const member = `${details.member}(parameters)`
  return CFG_MODULE_DEFINITION({ specifier, kind, ...details, member }, where, cause)
}
