import type { ExpectedFields } from '@millrace/engine'
import type { ConfigValue } from '../config-value.ts'
import type { Part } from './part.ts'

/** The fields that the configuration of a stage takes for granted in the records of its inputs. */
export function expectedFields(
  { entry, inputs }: Pick<Part, 'entry' | 'inputs'>,
  values: readonly ConfigValue[],
): ExpectedFields {
  if (inputs.length === 1) return namedFields(entry, values)
  // An expression of a stage with several inputs does not say whose fields it means; its keys do.
  return Object.fromEntries(
    inputs.map((input) => [input, namesAt((path) => path === `${entry.path}.by.${input}`, values)]),
  )
}

/** The fields that the configuration of a stage or sink names anywhere. */
export function namedFields(
  { path: own }: Pick<Part['entry'], 'path'>,
  values: readonly ConfigValue[],
): readonly string[] {
  return namesAt((path) => path.startsWith(`${own}.`), values)
}

function namesAt(
  matches: (path: string) => boolean,
  values: readonly ConfigValue[],
): readonly string[] {
  const named = values.filter(({ path }) => matches(path))
  return [...new Set(named.flatMap(({ expects = [] }) => expects))]
}
