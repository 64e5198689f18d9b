import { defineSink, type SinkDefinition } from '@millrace/sdk'
import { z } from 'zod'

/** A sink that puts what it gets into a list, at once. */
export function listSink(into: unknown[]): SinkDefinition<Record<string, never>> {
  return defineSink({
    name: 'list',
    summary: 'A list.',
    parameters: z.object({}),
    guarantee: 'At least once.',
    create: () => ({
      write(batch) {
        for (let index = 0; index < batch.length; index++) into.push(batch.value(index))
      },
    }),
  })
}
