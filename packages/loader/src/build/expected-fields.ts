import type { ExpectedFields } from '@millrace/engine'
import type { ConfigValue } from '../config-value.ts'
import { askDefinition } from '../modules/ask-definition.ts'
import type { LoadedModule } from '../modules/modules.ts'
import { sinkOf, stageOf, type Part } from './part.ts'

/** The fields that the configuration of a stage takes for granted in the records of its inputs. */
export function expectedOfStage(part: Part, values: readonly ConfigValue[]): ExpectedFields {
  const { entry, inputs } = part
  const own = ownOf(part, stageOf(part))
  if (inputs.length === 1) return unique([...namedBelow(entry.path, values), ...own])
  // An expression of a stage with several inputs does not say whose fields it means; its keys do.
  return Object.fromEntries(
    inputs.map((input) => [input, namedAt(`${entry.path}.by.${input}`, values)]),
  )
}

/** The fields that the configuration of a sink takes for granted in its records. */
export function expectedOfSink(part: Part, values: readonly ConfigValue[]): readonly string[] {
  const own = ownOf(part, sinkOf(part))
  return unique([...namedBelow(part.entry.path, values), ...own])
}

function ownOf(
  { entry, parameters }: Part,
  loaded: LoadedModule<'stage'> | LoadedModule<'sink'> | undefined,
): readonly string[] {
  if (loaded === undefined) return []
  const ask = () => loaded.definition.expects?.(parameters?.value) ?? []
  return askDefinition(loaded, 'expects', ask, entry.where)
}

const namedAt = (own: string, values: readonly ConfigValue[]): readonly string[] =>
  unique(values.flatMap(({ path, expects = [] }) => (path === own ? expects : [])))

const namedBelow = (own: string, values: readonly ConfigValue[]): readonly string[] =>
  values.flatMap(({ path, expects = [] }) => (path.startsWith(`${own}.`) ? expects : []))

const unique = (fields: readonly string[]): readonly string[] => [...new Set(fields)]
