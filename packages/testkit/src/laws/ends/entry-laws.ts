import { isDeepStrictEqual } from 'node:util'
import { BATCH_MAX, type SourceBatch, type SourceFactory, toSourceFactory } from '@millrace/sdk'
import fc from 'fast-check'
import { collectSink } from '../../ends.ts'
import { injectionOf } from '../../injection-of.ts'
import { runSpec } from '../../run-spec.ts'
import { demand, type Law, shown } from '../law.ts'
import { withShiftedDate } from '../with-shifted-date.ts'
import { InstanceSurroundings } from './instance-surroundings.ts'
import { sourceLaw, type SourceUnderLaw } from './source-laws-options.ts'
import type { Entry, Reading } from './source-reading.ts'

const nothing = fc.constant(undefined)

/** Laws on what a source gives, read as a whole. */
export function entryLaws<P, I>(source: SourceUnderLaw<P, I>): Law[] {
  const laws = [
    determinism(source),
    pace(source),
    offsets(source),
    output(source),
    malformed(source),
    fields(source),
    job(source),
  ]
  if (source.options.entries !== undefined) laws.push(entries(source, source.options.entries))
  return laws
}

/** Demands the same entries of two readings. */
export function demandSameEntries(
  how: string,
  first: readonly Entry[],
  second: readonly Entry[],
): void {
  if (isDeepStrictEqual(first, second)) return
  const at = first.findIndex((entry, index) => !isDeepStrictEqual(entry, second[index]))
  const place = at < 0 ? first.length : at
  demand(
    false,
    () =>
      `${how}: entry ${place} differs: ${shown(first[place])} and ${shown(second[place])}, of ${first.length} and ${second.length}.`,
  )
}

function demandSame(
  how: string,
  first: ReadonlyMap<string, Reading>,
  second: ReadonlyMap<string, Reading>,
): void {
  const names = [...first.keys()]
  demand(
    isDeepStrictEqual(names, [...second.keys()]),
    () => `${how}: other partitions: ${shown(names)} and ${shown([...second.keys()])}.`,
  )
  for (const name of names) {
    demandSameEntries(how, first.get(name)?.entries ?? [], second.get(name)?.entries ?? [])
  }
}

function determinism<P, I>(source: SourceUnderLaw<P, I>): Law {
  const title = 'the same input gives the same entries, whenever it is read'
  return sourceLaw(source, { id: 'determinism', title }, nothing, async (placed) => {
    const first = await placed.all()
    const second = await withShiftedDate(() => placed.all())
    demandSame('Two readings', first, second)
  })
}

function pace<P, I>(source: SourceUnderLaw<P, I>): Law {
  const title = 'it gives the same entries however slowly they are taken'
  const pauses = fc.array(fc.nat({ max: 3 }), { minLength: 1, maxLength: 4 })
  return sourceLaw(source, { id: 'pace', title }, pauses, async (placed, pauses) => {
    const fast = await placed.all()
    const slow = await placed.all({ pauses })
    demandSame(`At once, and with pauses of ${pauses.join(', ')} turns`, fast, slow)
  })
}

function offsets<P, I>(source: SourceUnderLaw<P, I>): Law {
  const title = 'each entry has its own place, and later ones a later place'
  return sourceLaw(source, { id: 'offsets', title }, nothing, async (placed) => {
    for (const { batches, entries } of (await placed.all()).values()) {
      for (const batch of batches) demandWhole(batch)
      for (const [index, { offset, line }] of entries.entries()) {
        demand(
          Number.isSafeInteger(offset) && offset >= 0,
          () => `Entry ${index} has the offset ${shown(offset)}.`,
        )
        const before = entries[index - 1]
        if (before === undefined) continue
        demand(
          offset > before.offset,
          () => `Entry ${index} has the offset ${offset}, the one before it ${before.offset}.`,
        )
        demand(
          line === undefined || before.line === undefined || line >= before.line,
          () => `Entry ${index} has the line ${line}, the one before it ${before.line}.`,
        )
      }
      demandProgress(batches)
    }
  })
}

function demandWhole({ lines, malformed = [], offsets, values }: SourceBatch): void {
  const length = values.length + malformed.length
  demand(
    length <= BATCH_MAX,
    () => `It gave a batch of ${length} entries; the most are ${BATCH_MAX}.`,
  )
  for (const [name, column] of Object.entries({ offsets, lines })) {
    demand(
      column === undefined || column.length === values.length,
      () => `It gave ${values.length} values with ${column?.length} ${name}.`,
    )
  }
}

function demandProgress(batches: readonly SourceBatch[]): void {
  let most = 0
  for (const { bytes } of batches) {
    demand((bytes ?? most) >= most, () => `It had read ${most} bytes, and then ${bytes}.`)
    most = bytes ?? most
  }
}

function output<P, I>(source: SourceUnderLaw<P, I>): Law {
  const title = 'what it handed out stays as it was'
  return sourceLaw(source, { id: 'output', title }, nothing, async (placed) => {
    for (const { batches, handed } of (await placed.all()).values()) {
      const at = batches.findIndex(
        (batch, index) => !isDeepStrictEqual(batch, structuredClone(handed[index])),
      )
      demand(
        at < 0,
        () => `It made ${shown(handed[at])} of batch ${at}, which was ${shown(batches[at])}.`,
      )
    }
  })
}

function malformed<P, I>(source: SourceUnderLaw<P, I>): Law {
  const title = 'malformed entries say what they are and why, and decode to the same'
  return sourceLaw(source, { id: 'malformed', title }, nothing, async (placed) => {
    const readings = await placed.all()
    // Not opened: dead letters are decoded by an instance that reads nothing.
    const { decode } = await placed.create()
    for (const [partition, { entries }] of readings) {
      for (const { malformed, offset } of entries) {
        if (malformed === undefined) continue
        const { code, message, raw } = malformed
        const isBytes = raw instanceof Uint8Array
        demand(
          code !== '' && message !== '' && (typeof raw === 'string' || isBytes),
          () => `Entry ${offset} is malformed, with ${shown(malformed)}.`,
        )
        const text = isBytes ? Buffer.from(raw).toString('base64') : raw
        const again = await decode?.({ partition, raw: text, code })
        demand(
          again === undefined || ('code' in again && again.code === code),
          () => `Entry ${offset} is malformed (${code}) and decodes to ${shown(again)}.`,
        )
      }
    }
  })
}

function job<P, I>(source: SourceUnderLaw<P, I>): Law {
  const title = 'in a job it gives the same records, however little its reader takes at once'
  const { definition, limit } = source
  const capacities = fc.integer({ min: 1, max: 9 })
  return sourceLaw(source, { id: 'job', title }, capacities, async (placed, capacity) => {
    const alone = [...(await placed.all()).values()].flatMap((reading) => reading.entries)
    const values = alone.filter((entry) => entry.malformed === undefined)
    const sink = collectSink()
    const injection = injectionOf(definition, placed.options)
    const around = new InstanceSurroundings()
    const { clock, timer } = around.scope(true)
    const factory: SourceFactory = {
      ...toSourceFactory(definition, injection),
      // The time of the law, or a source that waits would take as long as it says.
      create: (scope) => definition.create({ ...scope, clock, timer, ...injection }),
    }
    const running = runSpec({
      sources: [{ id: 'source', factory, limit: Math.min(limit, Math.max(1, alone.length)) }],
      stages: [],
      sinks: [{ id: 'sink', factory: sink, from: [{ id: 'source', output: 'out' }] }],
      mailbox: { capacity },
    })
    const wait = await around.settled(running, true)
    demand(wait === undefined, () => 'In a job it gave nothing for five seconds.')
    const { rejected } = await running
    const expected = values.map(({ value }) => value).slice(0, sink.values.length)
    demand(
      sink.values.length + rejected.length >= Math.min(limit, alone.length) &&
        isDeepStrictEqual(sink.values, expected),
      () =>
        `Alone it gave ${shown(values.map(({ value }) => value))}, in a job ${shown(sink.values)}.`,
    )
  })
}

function fields<P, I>(source: SourceUnderLaw<P, I>): Law {
  const title = 'asked for some fields only, it gives the same entries with these fields'
  const picks = fc.array(fc.nat(), { maxLength: 4 })
  return sourceLaw(source, { id: 'fields', title }, picks, async (placed, picks) => {
    const whole = await placed.all()
    const known = [...whole.values()].flatMap(({ entries }) => entries.flatMap(pathsOf))
    const paths = [...new Set(known)]
    const asked = new Set(picks.map((pick) => paths[pick % paths.length] ?? 'absent'))
    const part = await placed.all({ fields: [...asked] })
    const how = `All fields, and only ${[...asked].join(', ')}`
    demandSame(how, restricted(whole, asked), restricted(part, asked))
  })
}

/** Its fields, and those of the objects in them; a name with a dot could be either. */
function pathsOf({ value }: Entry): string[] {
  if (!isObject(value)) return []
  return Object.entries(value).flatMap(([name, inner]) => {
    if (name.includes('.')) return []
    const below = isObject(inner) ? Object.keys(inner).filter((key) => !key.includes('.')) : []
    return [name, ...below.map((key) => `${name}.${key}`)]
  })
}

function restricted(
  readings: ReadonlyMap<string, Reading>,
  paths: ReadonlySet<string>,
): ReadonlyMap<string, Reading> {
  const only = (entry: Entry): Entry => {
    if (entry.malformed !== undefined) return entry
    const value = Object.fromEntries([...paths].map((path) => [path, at(entry.value, path)]))
    return { ...entry, value }
  }
  return new Map(
    [...readings].map(([name, one]) => [name, { ...one, entries: one.entries.map(only) }]),
  )
}

function at(value: unknown, path: string): unknown {
  let current = value
  for (const name of path.split('.')) {
    if (!isObject(current) || !Object.hasOwn(current, name)) return undefined
    current = current[name]
  }
  return current
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function entries<P, I>(
  source: SourceUnderLaw<P, I>,
  known: NonNullable<SourceUnderLaw<P, I>['options']['entries']>,
): Law {
  const title = 'each entry of the input comes once, in order, as a value or as malformed'
  return sourceLaw(source, { id: 'entries', title }, nothing, async (placed, _extra, input) => {
    const readings = await placed.all()
    const found = [...readings.values()].flatMap((reading) => reading.entries)
    const plain = found.map(({ malformed, value }) =>
      malformed === undefined ? { value } : { malformed: true },
    )
    // Plain values, as a source makes them: fast-check also makes objects without a prototype.
    const expected = structuredClone(known(input))
    const at = expected.findIndex((entry, index) => !isDeepStrictEqual(entry, plain[index]))
    demand(
      at < 0 && plain.length === expected.length,
      () =>
        `Of ${expected.length} entries it gave ${plain.length}: ${shown(plain)} for ${shown(expected)}.`,
    )
  })
}
