import fc from 'fast-check'
import type { StageRun } from '../run-stage.ts'
import type { Law } from './law.ts'
import { demandSame, observeStage, resultsOf, type StageCase } from './observe-stage.ts'
import { caseOf, stageLaw, type StageUnderLaw } from './stage-laws-options.ts'
import { withShiftedDate } from './with-shifted-date.ts'

const sizes = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 4 })
const nothing = fc.constant(undefined)

/** Laws that compare two runs of the same records. */
export function runLaws<P>(stage: StageUnderLaw<P>): Law[] {
  const { definition, options } = stage
  const laws = [
    stageLaw(
      stage,
      { id: 'batches', title: 'its results do not depend on how its input is cut into batches' },
      sizes,
      async (sample, batch) => {
        const whole = await observeStage(definition, caseOf(options, sample))
        const cut = await observeStage(definition, { ...caseOf(options, sample), batch })
        demandSame(
          `One batch, and batches of ${batch.join(', ')}`,
          resultsOf(whole),
          resultsOf(cut),
        )
      },
    ),
    stageLaw(
      stage,
      { id: 'processBatch', title: 'processBatch means the same as process' },
      nothing,
      async (sample) => {
        const one = caseOf(options, sample)
        const batched = await observeStage(definition, one)
        const single = await observeStage(definition, { ...one, processBatch: false })
        demandSame('processBatch, and process', resultsOf(batched), resultsOf(single))
      },
    ),
    stageLaw(
      stage,
      { id: 'determinism', title: 'the same input gives the same results, whenever it is run' },
      nothing,
      async (sample) => {
        const one = caseOf(options, sample)
        const first = await observeStage(definition, one)
        const second = await withShiftedDate(() => observeStage(definition, one))
        demandSame('Two runs', resultsOf(first), resultsOf(second))
      },
    ),
  ]
  if (definition.keeps !== undefined && definition.keeps !== 'instance') {
    laws.push(restart(stage), snapshot(stage), failures(stage))
  }
  return laws
}

function snapshot<P>(stage: StageUnderLaw<P>): Law {
  const { definition, options } = stage
  const about = {
    id: 'snapshot',
    title:
      'stopped anywhere, what it keeps can be written down, and another one goes on as if nothing had been',
  }
  return stageLaw(stage, about, fc.nat({ max: 24 }), async (sample, cut) => {
    const one = caseOf(options, sample)
    const whole = await observeStage(definition, one)
    const first = await observeStage(definition, { ...one, stopAfter: cut })
    // As it comes back from where it was written to.
    const restored = structuredClone(first.run.snapshot())
    // Chance begins anew, which is no fault of the stage.
    if (whole.watch.isRandom || cut >= one.input.length) return
    const rest = restOf(one, cut)
    if (rest === undefined) return
    const second = await observeStage(definition, { ...rest, restored })
    const together = (name: 'outputs' | 'timestamps'): object =>
      Object.fromEntries(
        Object.entries(first.run[name]).map(([output, values]) => [
          output,
          [...values, ...(second.run[name][output] ?? [])],
        ]),
      )
    const parts = { outputs: together('outputs'), timestamps: together('timestamps') }
    const how = `One run, and two that were cut behind ${cut} records`
    demandSame(how, byKey(whole.run, stage.keys), byKey(parts as typeof whole.run, stage.keys))
    demandSame(how, keptBy(whole.run), keptBy(second.run))
  })
}

/** What a stage keeps at its end, apart from the order of its keys. */
function keptBy(run: StageRun): object {
  const { state, timers } = run.snapshot()
  const sorted = <T>(items: readonly T[]): T[] =>
    items.toSorted((a, b) => fc.stringify(a).localeCompare(fc.stringify(b)))
  const handles = Object.entries(state).map(([name, { entries, ...handle }]) => {
    return [name, { ...handle, entries: sorted(entries) }]
  })
  return {
    state: Object.fromEntries(handles) as object,
    timers: { event: sorted(timers.event), clock: sorted(timers.clock) },
  }
}

/** What each output has of each key, in order: that is what a job promises which goes on after a stop. */
function byKey(
  { outputs, timestamps }: Pick<StageRun, 'outputs' | 'timestamps'>,
  keys: readonly string[],
): object {
  const keyOf = (value: unknown): string => {
    const fields = typeof value === 'object' && value !== null ? value : {}
    return keys
      .map((name) => Reflect.get(fields, name) as unknown)
      .map((part) => `${typeof part} ${String(part)}`)
      .join()
  }
  const sorted = Object.entries(outputs).map(([output, values]) => {
    const rows = values.map((value, index) => ({ value, time: timestamps[output]?.[index] }))
    return [output, rows.toSorted((a, b) => keyOf(a.value).localeCompare(keyOf(b.value)))]
  })
  return { outputs: Object.fromEntries(sorted) as object }
}

/** The part of a case behind its first `cut` records; undefined where they cannot be told from those behind them. */
function restOf(one: StageCase, cut: number): StageCase | undefined {
  const { timestamp = (_record: unknown, index: number) => index, to } = one
  const input = one.input.slice(cut)
  const later = (record: unknown, index: number): number => timestamp(record, index + cut)
  if (to === undefined) return { ...one, input, timestamp: later }
  // How far each input had come is known to the sources only: all give their records again, and the stage does not see them.
  const refused = new Set(one.input.slice(0, cut))
  if (input.some((record) => refused.has(record))) return undefined
  return { ...one, refused, processBatch: false }
}

function restart<P>(stage: StageUnderLaw<P>): Law {
  const { definition, options } = stage
  const about = {
    id: 'restart',
    title: `a new instance may take over at any record, for it keeps ${definition.keeps}`,
  }
  const points = fc.array(fc.nat({ max: 12 }), { minLength: 1, maxLength: 3 })
  return stageLaw(stage, about, fc.tuple(points, sizes), async (sample, [replaceAt, batch]) => {
    const one = { ...caseOf(options, sample), batch }
    const steady = await observeStage(definition, one)
    const replaced = await observeStage(definition, { ...one, replaceAt })
    const how = `One instance, and new ones before records ${replaceAt.join(', ')}`
    demandSame(how, resultsOf(steady), resultsOf(replaced))
  })
}

function failures<P>(stage: StageUnderLaw<P>): Law {
  const { definition, options, keyFields } = stage
  const about = { id: 'failures', title: 'a record that fails leaves nothing behind' }
  const spoilt = fc.array(fc.tuple(fc.nat({ max: 23 }), fc.nat()), { minLength: 1, maxLength: 3 })
  return stageLaw(stage, about, spoilt, async (sample, spots) => {
    const fuse = { isLit: true }
    const input = sample.input.map((record, index) => {
      const spot = spots.find(([at]) => at === index)
      return spot === undefined ? record : withBrokenField(record, spot[1], keyFields, fuse)
    })
    const one = {
      ...caseOf(options, { ...sample, input }),
      timestamp: (_record: unknown, index: number) =>
        options.timestamp?.(sample.input[index], index) ?? index,
    }
    const batched = await observeStage(definition, one)
    const single = await observeStage(definition, { ...one, processBatch: false })
    // They still move event time on, so they are there, but the stage does not see them.
    const refused = new Set(input.filter((record) => single.watch.failed.has(record)))
    const without = await observeStage(definition, { ...one, processBatch: false, refused })
    fuse.isLit = false
    demandSame('A failure in processBatch, and in process', resultsOf(batched), resultsOf(single))
    demandSame(
      'With records that fail, and where the stage never saw them',
      { outputs: single.run.outputs },
      { outputs: without.run.outputs },
    )
  })
}

/** A copy of an object whose field number `spot` throws when it is read; key fields are left alone. */
function withBrokenField(
  record: unknown,
  spot: number,
  keys: readonly string[],
  fuse: { readonly isLit: boolean },
): unknown {
  if (typeof record !== 'object' || record === null || Array.isArray(record)) return record
  const fields = Object.keys(record).filter((name) => !keys.includes(name))
  const field = fields[spot % fields.length]
  if (field === undefined) return record
  return Object.defineProperty({ ...record }, field, {
    enumerable: true,
    get() {
      if (fuse.isLit) throw new Error(`The field ${field} broke.`)
    },
  })
}
