import { isDeepStrictEqual } from 'node:util'
import { isMillraceError, messageOf } from '@millrace/base'
import { type SinkDefinition, tryParseParameters } from '@millrace/sdk'
import fc, { type Arbitrary } from 'fast-check'
import { runSink } from '../../run-ends.ts'
import { Breach, demand, type Law, lawOver, shown } from '../law.ts'
import { endParameterLaw } from '../parameter-law.ts'
import { registerLaws } from '../register-laws.ts'
import { checkpointScripts, CheckpointedRun } from './checkpointed-run.ts'
import { batchOf, PlacedSink, write } from './placed-sink.ts'
import type { SinkLawsOptions } from './sink-laws-options.ts'

/** The laws that a sink has to keep; which ones follows from what its definition says. */
export function listSinkLaws<P>(
  definition: SinkDefinition<P>,
  options: SinkLawsOptions,
): readonly Law[] {
  const sink = { definition, options }
  const wanted = fc.constantFrom(...(options.parameters ?? [{}]))
  const parameters = endParameterLaw(
    definition,
    options,
    wanted,
    async (one) => (await options.place(one)).parameters,
  )
  const laws = [parameters, batches(sink), rejected(sink), input(sink), job(sink)]
  laws.push(abort(sink), close(sink))
  const isSaid = (says: unknown): boolean => says === true || typeof says === 'function'
  if (definition.raw !== undefined) laws.push(raw(sink))
  if (isSaid(definition.reopens)) laws.push(reopens(sink))
  if (isSaid(definition.replaces)) laws.push(replaces(sink))
  if (definition.delivers !== undefined) laws.push(checkpoints(sink), twice(sink))
  return laws
}

/** Registers one test per law with vitest. Throws TST_RUNNER where vitest does not run. */
export function sinkLaws<P>(definition: SinkDefinition<P>, options: SinkLawsOptions): void {
  registerLaws(`sink ${definition.name}`, listSinkLaws(definition, options), {
    call: 'sinkLaws',
    instead: 'checkSinkLaws',
  })
}

/** Proves all laws without a test runner. Rejects with TST_LAW at the first that is broken. */
export async function checkSinkLaws<P>(
  definition: SinkDefinition<P>,
  options: SinkLawsOptions,
): Promise<void> {
  for (const law of listSinkLaws(definition, options)) await law.check()
}

interface SinkUnderLaw<P> {
  readonly definition: SinkDefinition<P>
  readonly options: SinkLawsOptions
}

interface Case<P> {
  readonly records: readonly unknown[]
  /** A new, empty place. */
  readonly place: () => Promise<PlacedSink<P>>
}

function sinkLaw<P, X>(
  { definition, options }: SinkUnderLaw<P>,
  about: { readonly id: string; readonly title: string },
  extra: Arbitrary<X>,
  holds: (one: Case<P>, extra: X) => Promise<void>,
): Law {
  const samples = fc.record({
    parameters: fc.constantFrom(...(options.parameters ?? [{}])),
    // Plain values, as stages make them.
    records: fc.array(
      options.records.map((record) => structuredClone(record)),
      { maxLength: 24 },
    ),
    more: extra,
  })
  const part = `Sink "${definition.name}"`
  return lawOver({ part, ...about }, options, samples, ({ more, parameters, records }) => {
    return holds({ records, place: () => PlacedSink.at(definition, options, parameters) }, more)
  })
}

const whole = { sizes: [1024], flushes: false }
const cuts = fc.record({
  sizes: fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 4 }),
  flushes: fc.boolean(),
})

function batches<P>(sink: SinkUnderLaw<P>): Law {
  const title = 'each record is there once and in order, however they are cut into batches'
  return sinkLaw(sink, { id: 'batches', title }, cuts, async ({ place, records }, cut) => {
    const one = await place()
    const { accepted } = await one.writeAll(records, whole)
    await one.demandFound('Written as one batch,', accepted)
    const other = await place()
    const parts = await other.writeAll(records, cut)
    const how = `Written in batches of ${cut.sizes.join(', ')},`
    await other.demandFound(how, parts.accepted)
    demand(
      isDeepStrictEqual(accepted, parts.accepted),
      () => `As one batch it took ${shown(accepted)}; ${how} ${shown(parts.accepted)}.`,
    )
  })
}

function rejected<P>(sink: SinkUnderLaw<P>): Law {
  const title = 'a record that it refuses is named by its place in its batch, once, with a reason'
  return sinkLaw(sink, { id: 'rejected', title }, cuts, async ({ place, records }, cut) => {
    const one = await (await place()).writeAll(records, whole)
    const parts = await (await place()).writeAll(records, cut)
    const how = `As one batch, and in batches of ${cut.sizes.join(', ')}`
    demand(
      isDeepStrictEqual(one.refused, parts.refused),
      () => `${how}: it refused ${shown(one.refused)} and ${shown(parts.refused)}.`,
    )
  })
}

function input<P>(sink: SinkUnderLaw<P>): Law {
  const title = 'it leaves its records as they were'
  return sinkLaw(sink, { id: 'input', title }, cuts, async ({ place, records }, cut) => {
    const copies = structuredClone(records)
    await (await place()).writeAll(copies, cut)
    const changed = copies.findIndex((copy, index) => !isDeepStrictEqual(copy, records[index]))
    demand(changed < 0, () => `It made ${shown(copies[changed])} of ${shown(records[changed])}.`)
  })
}

function job<P>(sink: SinkUnderLaw<P>): Law {
  const title = 'in a job it writes the same'
  const { definition, options } = sink
  return sinkLaw(sink, { id: 'job', title }, fc.constant(undefined), async (one) => {
    const alone = await (await one.place()).writeAll(one.records, whole)
    const placed = await one.place()
    const { parameters } = placed.place
    const made = { parameters, expressions: options.expressions, input: one.records }
    // More failures than half of its records may end a job; they are looked at by another law.
    const run = await runSink(definition, { ...made, input: alone.accepted })
    const refused = run.rejected.map(({ record, message }) => ({ record, message }))
    demand(
      refused.length === 0,
      () => `It refused records that it takes by itself: ${shown(refused)}.`,
    )
    await placed.demandFound('At the end of a job', alone.accepted)
  })
}

function raw<P>(sink: SinkUnderLaw<P>): Law {
  const title = 'records that come with the bytes they were read from are written as these'
  const { definition } = sink
  return sinkLaw(sink, { id: 'raw', title }, fc.constant(undefined), async (one) => {
    const { accepted } = await (await one.place()).writeAll(one.records, whole)
    const placed = await one.place()
    const parsed = tryParseParameters(definition, placed.place.parameters)
    const format = 'value' in parsed ? definition.raw?.(parsed.value) : undefined
    if (format !== 'application/jsonl') return
    const texts = accepted.map((record) => JSON.stringify(record))
    const bytes = texts.map((text) => new TextEncoder().encode(`,${text},`))
    const instance = await placed.open()
    // Records of which the source gave no field.
    const batch = batchOf(
      accepted.map(() => ({})),
      0,
    )
    const raw = {
      bytes: (index: number) => bytes[index] as Uint8Array,
      from: () => 1,
      to: (index: number) => (bytes[index]?.length ?? 0) - 1,
    }
    const result = await instance.write({ ...batch, raw })
    await instance.flush?.()
    await instance.commit?.()
    await instance.close?.()
    const { rejected = [] } = result ?? {}
    demand(rejected.length === 0, () => `It refused records as bytes: ${shown(rejected)}.`)
    await placed.demandFound(
      'Written as bytes,',
      texts.map((text) => JSON.parse(text) as unknown),
    )
  })
}

function abort<P>(sink: SinkUnderLaw<P>): Law {
  const title = 'aborted at any point, nothing is there but what it says it keeps, all of it whole'
  const extra = fc.tuple(fc.nat({ max: 24 }), cuts)
  return sinkLaw(sink, { id: 'abort', title }, extra, async ({ place, records }, [at, cut]) => {
    const placed = await place()
    const instance = await placed.open()
    const { accepted } = await write(instance, records.slice(0, at), cut)
    const discarded = (await instance.abort?.())?.discarded ?? 0
    await instance.close?.()
    demand(
      Number.isInteger(discarded) && discarded >= 0 && discarded <= accepted.length,
      () => `It had taken ${accepted.length} records, and discarded ${shown(discarded)}.`,
    )
    const kept = accepted.slice(0, accepted.length - discarded)
    const how = `Aborted behind ${accepted.length} records, of which it kept ${kept.length},`
    await placed.demandFound(how, kept)
    if (kept.length > 0) return
    const again = await placed.writeAll(records, cut)
    await placed.demandFound('Written again after that,', again.accepted)
  })
}

function close<P>(sink: SinkUnderLaw<P>): Law {
  const title = 'it can be closed without having been opened, and does no harm then'
  return sinkLaw(sink, { id: 'close', title }, cuts, async ({ place, records }, cut) => {
    const placed = await place()
    const { accepted } = await placed.writeAll(records, cut)
    // As the engine closes an instance that could not be opened.
    const unopened = await placed.create()
    try {
      await unopened.close?.()
    } catch (error) {
      throw new Breach(`Not open, it could not be closed: ${messageOf(error)}`)
    }
    await placed.demandFound('After another instance was closed', accepted)
  })
}

function reopens<P>(sink: SinkUnderLaw<P>): Law {
  const title = 'a new instance goes on behind what was written: it reopens'
  const extra = fc.tuple(fc.nat({ max: 24 }), cuts)
  return sinkLaw(sink, { id: 'reopens', title }, extra, async ({ place, records }, [at, cut]) => {
    const placed = await place()
    if (placed.traits.reopens !== true) return
    const first = await placed.open()
    const before = await write(first, records.slice(0, at), cut)
    await first.close?.()
    const after = await placed.writeAll(records.slice(at), cut)
    const all = [...before.accepted, ...after.accepted]
    await placed.demandFound(`With a new instance behind ${at} records`, all)
  })
}

function replaces<P>(sink: SinkUnderLaw<P>): Law {
  const title = 'before its commit nobody sees anything of it, and then nothing of what was before'
  const extra = fc.record({ at: fc.nat({ max: 24 }), cut: cuts, commits: fc.boolean() })
  return sinkLaw(sink, { id: 'replaces', title }, extra, async ({ place, records }, more) => {
    const placed = await place()
    if (placed.traits.replaces !== true) return
    const old = await placed.writeAll(records.slice(0, more.at), more.cut)
    const instance = await placed.create()
    try {
      await instance.open?.()
    } catch (error) {
      // It may refuse to take the place of what is there.
      if (!isMillraceError(error)) throw error
      await instance.close?.()
      return placed.demandFound('Where it refused to write', old.accepted)
    }
    const { accepted } = await write(instance, records.slice(more.at), more.cut)
    await instance.flush?.()
    await placed.demandSeen('Before its commit', old.accepted)
    await (more.commits ? instance.commit?.() : instance.abort?.())
    await instance.close?.()
    const how = more.commits ? 'After its commit' : 'After its abort'
    return placed.demandFound(how, more.commits ? accepted : old.accepted)
  })
}

function checkpoints<P>(sink: SinkUnderLaw<P>): Law {
  const title =
    'killed at any point of a job with checkpoints, each record is there once in the end'
  return sinkLaw(sink, { id: 'checkpoints', title }, checkpointScripts, async (one, script) => {
    const placed = await one.place()
    if (placed.traits.delivers !== 'exactlyOnce') return
    const run = new CheckpointedRun(placed, one.records)
    await run.begin()
    for (const round of script) await run.round(round)
    await placed.demandFound('At the end of a job that was killed', await run.end())
  })
}

function twice<P>(sink: SinkUnderLaw<P>): Law {
  const title = 'a checkpoint that is committed again is there once'
  const extra = fc.record({ count: fc.nat({ max: 24 }), again: fc.constantFrom('same', 'other') })
  return sinkLaw(sink, { id: 'twice', title }, extra, async (one, { again, count }) => {
    const placed = await one.place()
    if (placed.traits.delivers !== 'exactlyOnce') return
    const run = new CheckpointedRun(placed, one.records)
    await run.begin()
    await run.round({ count, end: again === 'same' ? 'committedTwice' : 'killedCommitted' })
    await placed.demandFound('Where a checkpoint was committed again', await run.end())
  })
}
