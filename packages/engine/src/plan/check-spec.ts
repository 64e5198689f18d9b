import { invariant } from '@millrace/base'
import type { JobSpec, OutputRef } from './job-spec.ts'

/** Checks what the maker of a spec guarantees: unique ids, known references, order. Throws on a programmer's fault. */
export function checkSpec(spec: JobSpec): void {
  invariant(spec.sources.length > 0, 'A job has at least one source.')
  const outputs = new Map<string, ReadonlySet<string>>()
  const add = (id: string, names: readonly string[]): void => {
    invariant(!outputs.has(id), `The id "${id}" is used once.`)
    outputs.set(id, new Set(names))
  }
  const known = (reader: string, from: readonly OutputRef[]): void => {
    invariant(from.length > 0, `"${reader}" reads at least one output.`)
    for (const { id, output } of from) {
      const has = outputs.get(id)?.has(output) === true
      invariant(has, `"${reader}" reads "${id}.${output}", which stands before it.`)
    }
  }
  for (const source of spec.sources) add(source.id, ['out'])
  for (const stage of spec.stages) {
    const inputs = new Set(stage.inputs.map((input) => input.name))
    invariant(inputs.size > 0, `Stage "${stage.id}" has at least one input.`)
    invariant(inputs.size === stage.inputs.length, `Stage "${stage.id}" names each input once.`)
    for (const input of stage.inputs) known(stage.id, input.from)
    add(stage.id, Object.keys(stage.factory.traits.outputs))
  }
  for (const sink of spec.sinks) {
    known(sink.id, sink.from)
    add(sink.id, [])
  }
  if (spec.deadLetter === undefined) return
  invariant(spec.deadLetter.from.length === 0, 'The dead letter sink reads no output.')
  add(spec.deadLetter.id, [])
}
