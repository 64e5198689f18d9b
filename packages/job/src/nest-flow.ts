import { mainOutputs, type OutputRef } from '@millrace/engine'
import type { StageFactory } from '@millrace/sdk'
import { type Draft, isTaken, withStage, requireTime } from './draft.ts'
import { JOB_ID_TAKEN, JOB_NESTED } from './errors.ts'
import { checkOrder } from './parallel-options.ts'

/** The draft with the stages of another one behind it, which reads what it ends with. Throws JOB_NESTED, JOB_ID_TAKEN, JOB_NO_TIME and JOB_PARALLEL. */
export function nestDraft(outer: Draft, inner: Draft, chosen: string | undefined): Draft {
  return inserted(outer, inner, { id: freeId(outer, chosen, inner.name), from: mainOutputs(outer) })
}

/** The draft with one of two others behind it for each record; without `otherwise` the rest goes on as it is. Throws as `nestDraft`. */
export function chooseDraft(
  outer: Draft,
  test: (record: never) => boolean,
  branches: { readonly then: Draft; readonly otherwise: Draft | undefined },
  chosen: string | undefined,
): Draft {
  const id = freeId(outer, chosen, 'choose')
  const inputs = [{ name: 'in', from: mainOutputs(outer) }]
  const when = `${id}/when`
  const start = withStage(outer, choiceFactory(test), inputs, { id: when }, [])
  const from = (output: string): readonly OutputRef[] => [{ id: when, output }]
  const one = inserted(start, branches.then, { id: `${id}/then`, from: from('then') })
  if (branches.otherwise === undefined) {
    return { ...one, main: [...mainOutputs(one), ...from('else')] }
  }
  const both = inserted(one, branches.otherwise, { id: `${id}/else`, from: from('else') })
  return { ...both, main: [...mainOutputs(one), ...mainOutputs(both)] }
}

function choiceFactory(test: (record: never) => boolean): StageFactory {
  return {
    traits: {
      name: 'choose',
      inputs: ['in'],
      outputs: {
        then: 'Records for which the condition is true.',
        else: 'All others.',
      },
      keeps: 'nothing',
      absorbs: false,
    },
    create: ({ outputs }) => ({
      process(record: never) {
        outputs[test(record) ? 'then' : 'else']?.emit(record)
      },
    }),
    dispose: () => undefined,
  }
}

function freeId(draft: Draft, chosen: string | undefined, usual: string): string {
  if (chosen !== undefined && isTaken(draft, chosen)) throw JOB_ID_TAKEN({ id: chosen })
  let id = chosen ?? usual
  for (let number = 2; isTaken(draft, id); number++) id = `${usual}-${number}`
  return id
}

function inserted(
  outer: Draft,
  inner: Draft,
  { from, id }: { readonly id: string; readonly from: readonly OutputRef[] },
): Draft {
  checkNested(inner, id)
  if (inner.time !== undefined) requireTime(outer, { name: id, needsTime: true }, undefined)
  const named = (own: string): string => `${id}/${own}`
  const read = (refs: readonly OutputRef[]): readonly OutputRef[] =>
    refs.flatMap((ref) => (ref.id === 'source' ? from : [{ ...ref, id: named(ref.id) }]))
  const stages = [...outer.stages]
  for (const stage of inner.stages) {
    const inputs = stage.inputs.map((input) => ({ ...input, from: read(input.from) }))
    const moved = { ...stage, id: named(stage.id), inputs }
    checkOrder(moved, stages, moved.onError ?? outer.options.onError)
    stages.push(moved)
  }
  const sinks = inner.sinks.map((sink) => ({ ...sink, id: named(sink.id), from: read(sink.from) }))
  const made = Object.entries(inner.made).map(([own, part]) => [named(own), part] as const)
  return {
    ...outer,
    stages,
    sinks: [...outer.sinks, ...sinks],
    made: { ...outer.made, ...Object.fromEntries(made) },
    main: read(mainOutputs(inner)),
  }
}

/** A source, dead letters and options are those of a whole job; what it injects it was given already. */
function checkNested({ deadLetter, options, sources }: Draft, id: string): void {
  const own = Object.entries(options).flatMap(([name, value]) =>
    name === 'provide' || value === undefined ? [] : [name],
  )
  const problem =
    sources.length > 0
      ? 'it has a source'
      : deadLetter !== undefined
        ? 'it has a dead letter sink'
        : own.length > 0
          ? `it has options of its own: ${own.join(', ')}`
          : undefined
  if (problem !== undefined) throw JOB_NESTED({ id, problem })
}
