import { isDeepStrictEqual } from 'node:util'
import {
  type JsonSchema,
  type ParameterSchema,
  stageTraits,
  tryParseParameters,
} from '@millrace/sdk'
import type { Arbitrary } from 'fast-check'
import { demand, type Effort, type Law, lawOver, shown } from './law.ts'
import type { StageUnderLaw } from './stage-laws-options.ts'

const about = {
  id: 'parameters',
  title: 'its parameters are checked: unknown keys are refused, defaults are what the schema says',
}

/** What has parameters. */
interface Described {
  readonly name: string
  readonly parameters: ParameterSchema
  readonly main?: string
}

/** Its parameters are described, have the defaults they are said to have, and nothing else is taken for one. */
export function parameterLaw<P>({
  definition,
  inputs,
  options,
  samples,
  keys,
}: StageUnderLaw<P>): Law {
  const surroundings = { ends: options.inputEnds ?? true, keys, inputs }
  const parse = (parameters: unknown) => tryParseParameters(definition, parameters, surroundings)
  const part = `Stage "${definition.name}"`
  const all = samples.map(({ parameters }) => parameters)
  return lawOver({ part, ...about }, options, all, async (parameters) => {
    demandParameters(definition, parse, parameters)
    const parsed = parse(parameters)
    const outputs = 'value' in parsed ? stageTraits(definition, parsed.value).outputs : {}
    demand(Object.keys(outputs).length > 0, () => 'It has no output.')
  })
}

/** The same for a source or sink. `settle` makes the parameters of a case. */
export function endParameterLaw<T>(
  definition: Described & { readonly kind: 'source' | 'sink' },
  effort: Effort,
  cases: Arbitrary<T>,
  settle: (one: T) => Promise<unknown>,
): Law {
  const part = `${definition.kind === 'source' ? 'Source' : 'Sink'} "${definition.name}"`
  const parse = (parameters: unknown) => tryParseParameters(definition, parameters)
  return lawOver({ part, ...about }, effort, cases, async (one) => {
    demandParameters(definition, parse, await settle(one))
  })
}

/** A copy of parameters; what is no data, such as a function of a definition, stays as it is. */
function copyOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copyOf)
  if (!isObject(value) || Object.getPrototypeOf(value) !== Object.prototype) return value
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, copyOf(part)]))
}

function demandParameters(
  definition: Described,
  parse: (parameters: unknown) => ReturnType<typeof tryParseParameters>,
  parameters: unknown,
): void {
  const schema = definition.parameters['~standard'].jsonSchema.input({
    target: 'draft-2020-12',
  }) as JsonSchema
  const parsed = parse(parameters)
  demand(
    'value' in parsed,
    () => `It refuses them: ${'problem' in parsed ? parsed.problem.message : ''}`,
  )
  const given = isObject(parameters) ? parameters : {}
  demand(
    'problem' in parse({ ...given, noSuchParameter: 1 }),
    () => 'It takes the unknown key noSuchParameter.',
  )
  demand('problem' in parse(['no', 'parameters']), () => 'It takes a list for its parameters.')
  const again = parse(copyOf(parameters))
  demand(
    isDeepStrictEqual(again, parsed),
    () => 'It makes different values of the same parameters.',
  )
  for (const [name, { default: value }] of Object.entries(schema.properties ?? {})) {
    if (value === undefined || Object.hasOwn(given, name)) continue
    demand(
      isDeepStrictEqual(parse({ ...given, [name]: value }), parsed),
      () => `Without ${name} it is not as with the default of its schema, ${shown(value)}.`,
    )
  }
  const { main } = definition
  demand(
    main === undefined || schema.properties === undefined || Object.hasOwn(schema.properties, main),
    () => `Its main parameter, ${main}, is none of its parameters.`,
  )
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
