import { isDeepStrictEqual } from 'node:util'
import type { Prefilter, SourceBatch } from '@millrace/sdk'
import fc from 'fast-check'
import { tryParseParameters } from '@millrace/sdk'
import { demand, type Law, shown } from '../law.ts'
import { sourceLaw, type SourceUnderLaw } from './source-laws-options.ts'
import type { Entry, Reading } from './source-reading.ts'

/** Laws on what a source gives where it is asked for less than whole records, or for more. */
export function askedLaws<P, I>(source: SourceUnderLaw<P, I>): Law[] {
  const laws = [prefilter(source)]
  if (source.definition.raw !== undefined) laws.push(raw(source))
  return laws
}

/** Wants some records by their fields and by how many it was asked about, and notes what it was shown of them. */
class CountingPrefilter implements Prefilter {
  readonly reads: readonly string[]
  readonly shown: unknown[] = []

  constructor(reads: readonly string[]) {
    this.reads = reads
  }

  admits(record: unknown): boolean {
    const seen = structuredClone(this.reads.map((name) => fieldOf(record, name)))
    this.shown.push(seen)
    return (JSON.stringify(seen).length + this.shown.length) % 3 !== 0
  }
}

function prefilter<P, I>(source: SourceUnderLaw<P, I>): Law {
  const title = 'it leaves out what a prefilter does not admit, which it asks about each record'
  const picks = fc.array(fc.nat(), { maxLength: 3 })
  return sourceLaw(source, { id: 'prefilter', title }, picks, async (placed, picks) => {
    const whole = await placed.all()
    const names = [...whole.values()].flatMap(({ entries }) => entries.flatMap(namesOf))
    const reads = picks.map((pick) => names[pick % names.length] ?? 'absent')
    for (const [partition, { entries }] of whole) {
      const asked = new CountingPrefilter(reads)
      const { batches, isOver } = await placed.one(partition, { prefilter: asked })
      demandSifted(entries, batches, asked)
      const told = batches.reduce((sum, batch) => sum + countOf(batch), 0)
      demand(
        !isOver || told >= entries.length,
        () => `Of ${entries.length} entries it told of ${told} where a prefilter was asked.`,
      )
    }
  })
}

/** How many entries a batch is about. */
const countOf = ({ leftOut = 0, malformed = [], values }: SourceBatch): number =>
  values.length + malformed.length + leftOut

function demandSifted(
  entries: readonly Entry[],
  batches: readonly SourceBatch[],
  asked: CountingPrefilter,
): void {
  const oracle = new CountingPrefilter(asked.reads)
  let from = 0
  for (const [at, batch] of batches.entries()) {
    const { leftOut, lines, malformed = [], offsets, values } = batch
    const own = entries.slice(from, (from += countOf(batch)))
    const isWanted = ({ value, malformed }: Entry): boolean =>
      malformed === undefined && (leftOut === undefined || oracle.admits(value))
    const wanted = own.filter(isWanted)
    const given = values.map((value, index) => ({
      offset: offsets?.[index] ?? wanted[index]?.offset,
      line: lines?.[index],
      value,
    }))
    demand(
      leftOut === undefined || offsets !== undefined || values.length === 0,
      () => `Batch ${at} says that ${leftOut} were left out, and not where its records stand.`,
    )
    demand(
      isDeepStrictEqual(given, wanted) &&
        malformed.length === own.filter((entry) => entry.malformed !== undefined).length,
      () => `Batch ${at} is ${shown(batch)}; of its records ${shown(wanted)} are wanted.`,
    )
  }
  demand(
    isDeepStrictEqual(asked.shown, oracle.shown),
    () => `It asked about ${shown(asked.shown)}; the records were ${shown(oracle.shown)}.`,
  )
}

function raw<P, I>(source: SourceUnderLaw<P, I>): Law {
  const title = 'asked for the bytes of its records, it gives those of each, which stay as they are'
  const fields = fc.constantFrom(undefined, [])
  const { definition } = source
  return sourceLaw(source, { id: 'raw', title }, fields, async (placed, fields) => {
    const parsed = tryParseParameters(definition, placed.options.parameters)
    if (!('value' in parsed) || definition.raw?.(parsed.value) === undefined) return
    const whole = await placed.all()
    const asked = await placed.all({ raw: true, ...(fields && { fields }) })
    const { decode } = await placed.create()
    for (const [partition, { entries }] of whole) {
      const texts = rawTexts(asked.get(partition) as Reading)
      const values = entries.filter(({ malformed }) => malformed === undefined)
      demand(
        texts.length === values.length,
        () => `It gave the bytes of ${texts.length} records; there are ${values.length}.`,
      )
      for (const [index, raw] of texts.entries()) {
        const { offset, value } = values[index] as Entry
        const again = await decode?.({ partition, raw, code: '' })
        demand(
          again === undefined || isDeepStrictEqual(again, { value }),
          () => `Entry ${offset} is ${shown(value)}; its bytes are ${shown(raw)}.`,
        )
      }
    }
  })
}

/** The bytes of all records, as they are in the end. */
function rawTexts({ batches, handed }: Reading): readonly string[] {
  return handed.flatMap(({ raw, values }, at) => {
    const first = textsOf(batches[at]?.raw)
    const texts = textsOf(raw)
    demand(
      texts.length === values.length,
      () => `Batch ${at} has ${values.length} records, and the bytes of ${texts.length}.`,
    )
    demand(
      isDeepStrictEqual(texts, first),
      () => `It made ${shown(texts)} of the bytes of batch ${at}, which were ${shown(first)}.`,
    )
    return texts
  })
}

function textsOf(raw: SourceBatch['raw']): readonly string[] {
  return (raw?.bytes ?? []).map((bytes, index) =>
    new TextDecoder().decode(bytes.subarray(raw?.from[index], raw?.to[index])),
  )
}

function namesOf({ value }: Entry): readonly string[] {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  return isObject ? Object.keys(value).filter((name) => !name.includes('.')) : []
}

function fieldOf(record: unknown, name: string): unknown {
  const isObject = typeof record === 'object' && record !== null && !Array.isArray(record)
  if (!isObject) return record
  return Object.hasOwn(record, name) ? [(record as Record<string, unknown>)[name]] : []
}
