import { expectTypeOf, it } from 'vitest'
import { defineStage } from './define-stage.ts'
import { defineToken } from './token.ts'
import type { ParameterSchema } from './schema.ts'

declare const limit: ParameterSchema<{ readonly above: number }>

it('gives create the parameters that the schema promises', () => {
  defineStage({
    name: 'above',
    summary: 'Passes what is above a limit.',
    parameters: limit,
    create({ parameters }) {
      expectTypeOf(parameters).toEqualTypeOf<{ readonly above: number }>()
      return { process: (value: number) => (value > parameters.above ? value : undefined) }
    },
  })
})

it('gives inject the type of the token', () => {
  const clicks = defineToken<Map<string, number>>('@acme/clicks/table')

  defineStage({
    name: 'clicks',
    summary: 'Counts clicks.',
    parameters: limit,
    create({ inject }) {
      expectTypeOf(inject(clicks)).toEqualTypeOf<Map<string, number>>()
      return {}
    },
  })
})

it('needs a name, a summary, parameters and create', () => {
  // @ts-expect-error: create is missing
  defineStage({ name: 'half', summary: 'Half a stage.', parameters: limit })
})
