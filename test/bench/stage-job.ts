// A job around one stage, with records and results in memory: what the benchmarks of stages run.
import { createJob, type SourceSpec } from '@millrace/engine'
import { nodeRuntime } from '@millrace/engine/host'
import {
  noExpressions,
  type StageDefinition,
  toStageFactory,
  tryParseParameters,
} from '@millrace/sdk'

const BATCH = 1024

/** What comes by one input: the records of a pool, again and again. */
export interface Flow {
  readonly input: string
  readonly pool: readonly unknown[]
  readonly records: number
  /** Records per ms of event time. */
  readonly perMs: number
  /** Default 0. */
  readonly disorderMs?: number
  /** How far each record lies behind its place in the order of time, ms, by its number; default: nowhere. */
  readonly behind?: (index: number) => number
}

function sourceOf({ behind, disorderMs = 0, input, perMs, pool, records }: Flow): SourceSpec {
  const batches: (readonly unknown[])[] = []
  for (let index = 0; index < pool.length; index += BATCH) {
    batches.push(pool.slice(index, index + BATCH))
  }
  function* read(): Generator<{ values: readonly unknown[] }> {
    for (let left = records; left > 0;) {
      for (const values of batches) {
        if (left <= 0) return
        yield { values: left < values.length ? values.slice(0, left) : values }
        left -= values.length
      }
    }
  }
  let stamped = 0
  return {
    id: `source-${input}`,
    factory: {
      traits: { name: 'memory', ends: true, replay: 'none' },
      create: () => ({ read }),
      dispose: () => undefined,
    },
    time: {
      timestamp: () => {
        const index = stamped++
        return Math.floor(index / perMs) - (behind === undefined ? 0 : behind(index))
      },
      disorderMs,
      description: 'its number',
    },
  }
}

/** Flows, and the key by which the stage is partitioned, if any. */
export interface Keyed {
  readonly flows: readonly Flow[]
  readonly key?: string
  readonly read?: (record: unknown) => unknown
}

/** Runs the flows through a stage, and counts its results. */
export async function countResults<P>(
  definition: StageDefinition<P>,
  parameters: unknown,
  { flows, key = '', read }: Keyed,
): Promise<number> {
  const parsed = tryParseParameters(definition, parameters)
  if (!('value' in parsed)) throw new Error(JSON.stringify(parsed))
  const factory = toStageFactory(definition, {
    parameters: parsed.value,
    expressions: noExpressions,
    inject: () => {
      throw new Error('nothing to inject')
    },
    ...(flows.length > 1 ? { inputs: flows.map(({ input }) => input) } : {}),
  })
  let results = 0
  const inputs = flows.map(({ input }) => {
    return { name: input, from: [{ id: `source-${input}`, output: 'out' }] }
  })
  const sink = {
    id: 'sink',
    factory: {
      traits: { name: 'count', guarantee: 'Counts.' },
      create: () => ({
        write(batch: { readonly length: number }) {
          results += batch.length
        },
      }),
      dispose: () => undefined,
    },
    from: [{ id: 'stage', output: 'out' }],
  }
  const by = read && [{ name: key, description: key, read }]
  const job = createJob(
    {
      name: 'bench',
      sources: flows.map(sourceOf),
      stages: [{ id: 'stage', factory, inputs, ...(by && { by }) }],
      sinks: [sink],
    },
    { runtime: nodeRuntime },
  )
  const summary = await job.run()
  if (summary.state !== 'completed') throw summary.error ?? new Error(summary.state)
  return results
}
