import { setTimeout } from 'node:timers/promises'
import { defineStage } from '@millrace/sdk'
import { z } from 'zod'
import type { Row } from '../rows.ts'

/** Hands everything on, not too fast, or fails before it has begun: a new version that is none. */
export default defineStage({
  name: 'gate',
  summary: 'Hands everything on, or fails at once.',
  parameters: z.strictObject({ fails: z.boolean().default(false) }),
  keeps: 'nothing',
  passes: 'same',
  create({ parameters }) {
    if (parameters.fails) throw new Error('This version does not start.')
    return {
      async process(record: Row) {
        if (record.id % 20 === 0) await setTimeout(1)
        return record
      },
    }
  },
})
