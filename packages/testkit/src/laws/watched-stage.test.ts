import { defineStage, type StageDefinition } from '@millrace/sdk'
import { expect, it } from 'vitest'
import { type Limit, parameters } from './stage-mutants.test-support.ts'
import { observeStage } from './observe-stage.ts'

/** Counts records of two inputs, those of one in batches where it can, and tells in the end. */
const counting: StageDefinition<Limit> = defineStage<Limit>({
  name: 'counting',
  summary: 'Counts records.',
  parameters,
  keeps: 'nothing',
  inputs: ['left', 'right'],
  create() {
    const counts = { left: 0, right: 0, inBatches: 0 }
    return {
      on: {
        left: () => void counts.left++,
        right: () => void counts.right++,
      },
      onBatch: {
        right: (batch) => void (counts.inBatches += batch.length),
      },
      onFlush: (context) => context.emit(counts),
    }
  },
})

const options = {
  parameters: {},
  input: [1, 2, 3, 4, 5],
  to: (record: unknown) => (Number(record) > 3 ? 'right' : 'left'),
}

it('sees to handlers of batches of one input, and to what is given out in front of the end', async () => {
  const { run, watch } = await observeStage(counting, options)

  expect(run.output).toEqual([{ left: 3, right: 0, inBatches: 2 }])
  expect([watch.seen, watch.ofHooks, watch.stray]).toEqual([5, 1, 0])
})

it('hands over one record after the other where it is told to', async () => {
  const { run } = await observeStage(counting, { ...options, processBatch: false })

  expect(run.output).toEqual([{ left: 3, right: 2, inBatches: 0 }])
})
