import { defineStage, type StageDefinition, type StageInstance } from '@millrace/sdk'
import { parameters, type Limit, type Mutant } from './stage-mutants.test-support.ts'

type Reading = Readonly<Record<string, unknown>> & { value: number }
type Prefilter = NonNullable<StageInstance['prefilter']>

/** Passes readings above a limit, and says in advance which are not. */
function sifting(
  prefilter: (above: number) => Partial<Prefilter>,
  changes: Partial<StageDefinition<Limit>> = {},
): StageDefinition<Limit> {
  return defineStage({
    name: 'sifting',
    summary: 'Passes readings above a limit.',
    parameters,
    keeps: 'nothing',
    passes: 'same',
    reads: () => ['value'],
    create: ({ parameters: { above } }) => ({
      prefilter: {
        reason: 'low',
        admits: (record) => (record as Reading).value > above,
        ...prefilter(above),
      },
      process(record: Reading, context) {
        if (record.value > above) return record
        context.skip('low')
        return undefined
      },
    }),
    ...changes,
  })
}

/** One whose prefilter tells the truth. */
export const healthySifting: StageDefinition<Limit> = sifting((value) => ({
  tests: [{ field: 'value', operator: '>', value, yes: 'wanted', no: 'unwanted' }],
}))

/** Stages whose prefilters have one fault each. */
export const prefilterMutants: readonly Mutant[] = [
  {
    fault: 'leaves out what it would pass',
    law: 'prefilter',
    stage: sifting((above) => ({ admits: (record) => (record as Reading).value > above + 2 })),
  },
  {
    fault: 'has tests that say something else',
    law: 'prefilter',
    stage: sifting((value) => ({
      tests: [{ field: 'value', operator: '>=', value, yes: 'wanted', no: 'unwanted' }],
    })),
  },
  {
    fault: 'leaves records out for a reason of which it filters none',
    law: 'prefilter',
    stage: sifting(() => ({ reason: 'small' })),
  },
  {
    fault: 'goes by a field in advance that it does not read',
    law: 'prefilter',
    stage: sifting((above) => ({
      admits: (record) => (record as Reading).value > above || (record as Reading)['name'] === 'b',
    })),
  },
  {
    fault: 'remembers in advance what it was asked',
    law: 'prefilter',
    stage: sifting((above) => {
      let most = above
      const admits = (record: unknown): boolean => {
        const { value } = record as Reading
        most = Math.max(most, value)
        return value >= most && value > above
      }
      return { admits }
    }),
  },
  {
    fault: 'has a prefilter and keeps something',
    law: 'prefilter',
    stage: sifting(() => ({}), { keeps: 'instance' }),
  },
  {
    fault: 'changes what its prefilter is shown',
    law: 'prefilter',
    stage: sifting((above) => ({
      admits: (record) => (record as Reading).value-- > above,
    })),
  },
]
