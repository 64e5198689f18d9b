import { createManualRuntime } from '@millrace/core'
import {
  createJob,
  type JobSpec,
  type OutputRef,
  type SinkSpec,
  type SourceSpec,
  type StageSpec,
  type Summary,
} from '@millrace/engine'
import type { Batch, RecordContext, Rejection } from '@millrace/sdk'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Letter } from './letter-batch.ts'
import { replaySpec } from './replay-spec.ts'

/** What a record is here: where it came from and all that happened to it. */
interface Thing {
  readonly n: number
  readonly path: string
}

/** Whether what can fail does, and all that came out at the sinks. */
interface World {
  isBroken: boolean
  readonly results: unknown[]
  readonly letters: Letter[]
}

const kinds = ['pass', 'odd', 'twice', 'split', 'batch', 'slow', 'earlier'] as const
const shape = fc.record({
  count: fc.integer({ min: 1, max: 60 }),
  bad: fc.integer({ min: 2, max: 7 }),
  batch: fc.integer({ min: 1, max: 20 }),
  stages: fc.array(
    fc.record({
      reads: fc.array(fc.nat(), { minLength: 1, maxLength: 3 }),
      kind: fc.constantFrom(...kinds),
    }),
    { minLength: 1, maxLength: 6 },
  ),
})
type Shape = typeof shape extends fc.Arbitrary<infer T> ? T : never

function fails(world: World, id: string, n: number, bad: number): boolean {
  const mark = Array.from(id).reduce((sum, letter) => sum + (letter.codePointAt(0) ?? 0), n * 31)
  return world.isBroken && mark % bad === 0
}

function source({ count, bad, batch }: Shape, world: World): SourceSpec {
  const at = (n: number) => ({ n, path: 'source' })
  return {
    id: 'source',
    time: { timestamp: (thing) => (thing as Thing).n * 10, disorderMs: 5, description: '"n"' },
    factory: {
      traits: { name: 'numbers', ends: true, replay: 'position' },
      create: () => ({
        *read() {
          for (let start = 0; start < count; start += batch) {
            const all = Array.from({ length: Math.min(batch, count - start) }, (_, i) => start + i)
            const good = all.filter((n) => !fails(world, 'source', n, bad))
            const malformed = all
              .filter((n) => !good.includes(n))
              .map((n) => ({ offset: n, raw: String(n), code: 'RAW', message: 'Unreadable.' }))
            yield { values: good.map(at), offsets: good, malformed }
          }
        },
        decode({ raw }) {
          if (fails(world, 'source', Number(raw), bad)) return { code: 'RAW', message: 'Still so.' }
          return { value: at(Number(raw)) }
        },
      }),
      dispose() {},
    },
  }
}

function stage(
  id: string,
  kind: (typeof kinds)[number],
  from: readonly OutputRef[],
  { bad, world }: { readonly bad: number; readonly world: World },
): StageSpec {
  const next = ({ n, path }: Thing, step = ''): Thing => ({ n, path: `${path}>${id}${step}` })
  const process = (thing: Thing, context: RecordContext): unknown => {
    if (kind === 'twice') context.emit(next(thing, '1'))
    if (fails(world, id, thing.n, bad)) return context.reject('BAD', `No ${thing.n}.`)
    if (kind === 'odd' && thing.n % 2 === 0) return undefined
    if (kind === 'slow' && thing.n % 3 === 0) return Promise.resolve(next(thing))
    if (kind === 'earlier') return context.emit(next(thing), { timestamp: context.timestamp - 7 })
    return next(thing)
  }
  return {
    id,
    inputs: [{ name: 'in', from }],
    factory: {
      traits: {
        name: kind,
        inputs: ['in'],
        outputs: { out: 'All.', ...(kind === 'split' && { rest: 'Every third.' }) },
        keeps: 'nothing',
        absorbs: false,
      },
      create: ({ outputs }) => ({
        process(thing: Thing, context: RecordContext) {
          if (kind === 'split' && thing.n % 3 === 0) outputs['rest']?.emit(next(thing, 'rest'))
          return process(thing, context)
        },
        ...(kind === 'batch' && {
          processBatch(records, output) {
            for (let index = 0; index < records.length; index++) {
              const thing = records.value(index) as Thing
              if (fails(world, id, thing.n, bad)) output.reject(index, 'BAD', 'No.')
              else output.emit(index, next(thing))
            }
          },
        }),
      }),
      dispose() {},
    },
  }
}

function sink(id: string, from: readonly OutputRef[], bad: number, world: World): SinkSpec {
  const write = (batch: Batch) => {
    const rejected: Rejection[] = []
    for (let index = 0; index < batch.length; index++) {
      const thing = batch.value(index) as Thing
      if (id === 'dead') world.letters.push(JSON.parse(JSON.stringify(thing)) as Letter)
      else if (fails(world, id, thing.n, bad)) {
        rejected.push({ index, code: 'FULL', message: 'No room.', retry: false })
      } else {
        world.results.push({ id, thing, at: batch.timestamp(index), origin: batch.origin(index) })
      }
    }
    return { rejected }
  }
  return {
    id,
    from,
    factory: {
      traits: { name: 'list', guarantee: 'None.' },
      create: () => ({ write }),
      dispose() {},
    },
  }
}

function jobOf(drawn: Shape, world: World): JobSpec {
  const outputs: OutputRef[] = [{ id: 'source', output: 'out' }]
  const read = new Set<OutputRef>()
  const stages = drawn.stages.map(({ kind, reads }, index) => {
    const from = [...new Set(reads.map((pick) => outputs[pick % outputs.length] as OutputRef))]
    for (const ref of from) read.add(ref)
    const made = stage(`s${index}`, kind, from, { bad: drawn.bad, world })
    for (const output of Object.keys(made.factory.traits.outputs)) {
      outputs.push({ id: made.id, output })
    }
    return made
  })
  const ends = outputs.filter((ref) => !read.has(ref))
  return {
    name: 'random',
    sources: [source(drawn, world)],
    stages,
    sinks: ends.map((ref) => sink(`sink-${ref.id}-${ref.output}`, [ref], drawn.bad, world)),
    deadLetter: sink('dead', [], 1, world),
    errors: { atMost: 1, of: 10 },
  }
}

async function run(spec: JobSpec): Promise<Summary> {
  const runtime = createManualRuntime()
  const running = createJob(spec, { runtime })
  const ended = running.run()
  for (let step = 0; step < 2000 && running.progress().state !== 'completed'; step++) {
    await runtime.elapse(20)
  }
  return ended
}

const sorted = (results: readonly unknown[]): readonly string[] =>
  results.map((result) => JSON.stringify(result)).toSorted()

it('is the run that never failed: what came out, and what failed and was replayed when mended', async () => {
  await fc.assert(
    fc.asyncProperty(
      shape,
      fc.array(fc.boolean(), { minLength: 1, maxLength: 5 }),
      async (drawn, picks) => {
        const whole: World = { isBroken: false, results: [], letters: [] }
        await run(jobOf(drawn, whole))
        const world: World = { isBroken: true, results: [], letters: [] }
        const spec = jobOf(drawn, world)
        const first = await run(spec)

        // Some are replayed while all is as bad as it was, which must change nothing.
        const all = world.letters.splice(0)
        const early = all.filter((_, index) => picks[index % picks.length])
        const rest = all.filter((letter) => !early.includes(letter))
        const failed = early.length === 0 ? undefined : await run(replaySpec(spec, early).spec)
        const again = world.letters.splice(0)
        expect(sorted(again.map(({ id }) => id.replace(/\/\d+$/, '')))).toEqual(
          sorted(early.map(({ id }) => id.replace(/\/\d+$/, ''))),
        )
        world.isBroken = false
        const fed: Letter[] = []
        for (const letters of [again, rest]) {
          if (letters.length === 0) continue
          const replay = replaySpec(spec, letters, (letter) => void fed.push(letter))
          expect((await run(replay.spec)).state).toBe('completed')
        }

        expect([first.state, failed?.state ?? 'completed']).toEqual(['completed', 'completed'])
        expect(sorted(fed)).toEqual(sorted([...again, ...rest]))
        expect(world.letters).toEqual([])
        expect(sorted(world.results)).toEqual(sorted(whole.results))
      },
    ),
    { numRuns: 150 },
  )
}, 60_000)
