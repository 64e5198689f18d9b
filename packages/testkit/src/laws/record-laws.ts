import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { isLateRecord, tryParseParameters } from '@millrace/sdk'
import { demand, type Law, shown } from './law.ts'
import { prefilterLaw } from './prefilter-law.ts'
import { demandSame, type Observed, observeStage, resultsOf } from './observe-stage.ts'
import { caseOf, type Sample, stageLaw, type StageUnderLaw } from './stage-laws-options.ts'

/** Laws on what a stage does with the records themselves. */
export function recordLaws<P>(stage: StageUnderLaw<P>): Law[] {
  const laws = [leavesInput(stage), leavesOutput(stage)]
  if (stage.definition.passes === 'same') laws.push(same(stage))
  // Where it does not say what it reads nobody asks it in advance.
  if (stage.definition.reads !== undefined) laws.push(reads(stage), prefilterLaw(stage))
  if (stage.definition.shape !== undefined) laws.push(shape(stage))
  return laws
}

function leavesInput<P>(stage: StageUnderLaw<P>): Law {
  const { definition, options } = stage
  const about = { id: 'input', title: 'it leaves its input as it was' }
  return stageLaw(stage, about, fc.boolean(), async (sample, processBatch) => {
    const input = sample.input.map((record) => structuredClone(record))
    const one = { ...caseOf(options, { ...sample, input }), processBatch }
    const loose = await observeStage(definition, one)
    const changed = input.findIndex(
      (record, index) => !isDeepStrictEqual(record, sample.input[index]),
    )
    demand(
      changed < 0,
      () =>
        `It made ${shown(input[changed])} of record ${changed}, ${shown(sample.input[changed])}.`,
    )
    for (const record of input) freeze(record)
    const frozen = await observeStage(definition, one)
    demandSame('Records, and frozen ones', resultsOf(loose), resultsOf(frozen))
  })
}

function leavesOutput<P>(stage: StageUnderLaw<P>): Law {
  const { definition, options } = stage
  const about = { id: 'output', title: 'what it emitted stays as it was' }
  return stageLaw(stage, about, fc.boolean(), async (sample, processBatch) => {
    // One record at a time is written before the next is taken in, and copied then.
    const one = { ...caseOf(options, sample), batch: 1, processBatch }
    const written: unknown[] = []
    const { run } = await observeStage(definition, {
      ...one,
      onOutput: (value) => written.push(structuredClone(value)),
    })
    const now = Object.values(run.outputs).flat()
    const same = written.length === now.length && written.every((value) => includes(now, value))
    demand(same, () => `It wrote ${shown(written)}, and at the end they were ${shown(now)}.`)
  })
}

function includes(values: unknown[], value: unknown): boolean {
  const found = values.findIndex((one) => isDeepStrictEqual(one, value))
  if (found >= 0) values.splice(found, 1)
  return found >= 0
}

function same<P>(stage: StageUnderLaw<P>): Law {
  const { definition, options } = stage
  const about = { id: 'same', title: "it hands on the very records that came: passes is 'same'" }
  return stageLaw(stage, about, fc.boolean(), async (sample, processBatch) => {
    const { run } = await observeStage(definition, { ...caseOf(options, sample), processBatch })
    const came = new Set(sample.input)
    for (const [output, values] of Object.entries(run.outputs)) {
      // What says how late a record is holds the record.
      const records =
        output === 'late'
          ? values.map((value) => (isLateRecord(value) ? value.record : value))
          : values
      for (const record of records) {
        demand(
          came.has(record),
          () => `It emitted ${shown(record)}, which is none of the records that came.`,
        )
      }
    }
  })
}

function reads<P>(stage: StageUnderLaw<P>): Law {
  const { definition, options, keyFields } = stage
  const about = { id: 'reads', title: 'fields that it does not read do not matter' }
  return stageLaw(stage, about, fc.boolean(), async (sample, processBatch) => {
    const parsed = tryParseParameters(definition, sample.parameters)
    const paths = 'value' in parsed ? definition.reads?.(parsed.value) : undefined
    if (paths === undefined || !('value' in parsed)) return
    const names = new Set([...paths.map(firstName), ...keyFields])
    for (const path of definition.expects?.(parsed.value) ?? []) {
      demand(names.has(firstName(path)), () => `It expects ${path}, which it does not read.`)
    }
    const input = sample.input.map((record) => only(record, names))
    // Copies of the record have the others, too.
    const unread = new Set(
      definition.passes === 'more'
        ? sample.input.flatMap(fieldsOf).filter((name) => !names.has(name))
        : [],
    )
    const whole = await observeStage(definition, { ...caseOf(options, sample), processBatch })
    const poor = await observeStage(definition, {
      ...caseOf(options, { ...sample, input }),
      timestamp: (_record, index) => options.timestamp?.(sample.input[index], index) ?? index,
      processBatch,
    })
    const ofSame = definition.passes === 'same'
    demandSame(
      `All fields, and only ${[...names].join(', ')}`,
      fatesOf(whole, ofSame ? sample.input : undefined, unread),
      fatesOf(poor, ofSame ? input : undefined, unread),
    )
  })
}

function shape<P>(stage: StageUnderLaw<P>): Law {
  const { definition, inputs, options, keys } = stage
  const about = { id: 'shape', title: 'what it emits has no fields but those of its shape' }
  return stageLaw(stage, about, fc.boolean(), async (sample, processBatch) => {
    const parsed = tryParseParameters(definition, sample.parameters)
    if (!('value' in parsed)) return
    const fields = [...new Set(sample.input.flatMap(fieldsOf))]
    const shapes = new Map(
      Object.entries(definition.shape?.(parsed.value, { keys, fields, inputs }) ?? {}),
    )
    const { run } = await observeStage(definition, { ...caseOf(options, sample), processBatch })
    for (const [output, values] of Object.entries(run.outputs)) {
      // A name with a dot may be a path, or the name of a field.
      const known = shapes.get(output)?.flatMap((name) => [name, firstName(name)])
      const strange = values.flatMap(fieldsOf).find((name) => known?.includes(name) === false)
      demand(
        strange === undefined,
        () => `It emitted the field ${strange} on ${output}; its shape is ${shown(known)}.`,
      )
    }
  })
}

function fieldsOf(record: unknown): string[] {
  return typeof record === 'object' && record !== null && !Array.isArray(record)
    ? Object.keys(record)
    : []
}

function firstName(path: string): string {
  return path.split('.')[0] ?? path
}

/** What must not depend on unread fields; records that are handed on count by their place in the input. */
function fatesOf(
  { run, watch }: Observed,
  input: Sample['input'] | undefined,
  unread: ReadonlySet<string>,
) {
  const outputs = Object.entries(run.outputs).map(([name, values]) => [
    name,
    // Late records are handed on as they came: whoever reads them needs all of their fields.
    name === 'late' && input === undefined
      ? values.length
      : values.map((value) =>
          input === undefined ? without(value, unread) : input.indexOf(value),
        ),
  ])
  return {
    outputs,
    codes: run.rejected.map(({ code }) => code),
    reasons: run.reasons,
    counts: run.counts,
    lines: watch.lines,
  }
}

const only = (record: unknown, names: ReadonlySet<string>): unknown =>
  fieldsWhere(record, (name) => names.has(name))

const without = (record: unknown, names: ReadonlySet<string>): unknown =>
  fieldsWhere(record, (name) => !names.has(name))

function fieldsWhere(record: unknown, test: (name: string) => boolean): unknown {
  if (typeof record !== 'object' || record === null || Array.isArray(record)) return record
  return Object.fromEntries(Object.entries(record).filter(([name]) => test(name)))
}

function freeze(value: unknown): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return
  Object.freeze(value)
  for (const item of Object.values(value)) freeze(item)
}
