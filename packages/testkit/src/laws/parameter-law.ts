import { isDeepStrictEqual } from 'node:util'
import { type JsonSchema, stageTraits, tryParseParameters } from '@millrace/sdk'
import { demand, type Law, lawOver, shown } from './law.ts'
import type { StageUnderLaw } from './stage-laws-options.ts'

/** Its parameters are described, have the defaults they are said to have, and nothing else is taken for one. */
export function parameterLaw<P>({ definition, options, samples, keys }: StageUnderLaw<P>): Law {
  const about = {
    part: `Stage "${definition.name}"`,
    id: 'parameters',
    title:
      'its parameters are checked: unknown keys are refused, defaults are what the schema says',
  }
  const surroundings = { ends: options.inputEnds ?? true, keys }
  const parse = (parameters: unknown) => tryParseParameters(definition, parameters, surroundings)
  return lawOver(
    about,
    options,
    samples.map(({ parameters }) => parameters),
    async (parameters) => {
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
      const again = parse(structuredClone(parameters))
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
        main === undefined ||
          schema.properties === undefined ||
          Object.hasOwn(schema.properties, main),
        () => `Its main parameter, ${main}, is none of its parameters.`,
      )
      const { outputs } = stageTraits(definition, parsed.value)
      demand(Object.keys(outputs).length > 0, () => 'It has no output.')
    },
  )
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
