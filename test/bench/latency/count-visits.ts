import { defineStage } from '@millrace/sdk'
import { z } from 'zod'

/** Gives each visit its number among those of its key. */
export default defineStage({
  name: 'count-visits',
  summary: 'Numbers the visits of each user.',
  parameters: z.strictObject({}),
  keeps: 'state',
  create({ state }) {
    const visits = state.value('visits', { initial: () => 0 })
    return {
      process(visit: Readonly<Record<string, unknown>>) {
        visits.set(visits.get() + 1)
        return { ...visit, visits: visits.get() }
      },
    }
  },
})
