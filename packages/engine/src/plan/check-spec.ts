import { invariant } from '@millrace/base'
import { findUpdateClashes } from '@millrace/sdk'
import { ENG_NO_DEAD_LETTER, ENG_UPDATES } from '../errors.ts'
import { type ErrorPolicy, resolvePolicy } from './error-policy.ts'
import { checkLimits } from './check-limits.ts'
import { checkParallel, checkSplit } from './check-parallel.ts'
import { checkRestored } from './check-restored.ts'
import type { JobSpec, OutputRef } from './job-spec.ts'
import { checkRepeatable } from './pipeline-restart.ts'
import { placeOf } from './place.ts'
import { EXIT, outputsOf, withExits } from './with-exits.ts'

/** Checks what the maker of a spec guarantees: unique ids, known references, order. Throws on a programmer's fault, and ENG_LIMIT, ENG_NOT_REPEATABLE, ENG_UPDATES, ENG_NO_DEAD_LETTER and ENG_PARKED_LEFT. */
export function checkSpec(spec: JobSpec): void {
  invariant(spec.sources.length > 0, 'A job has at least one source.')
  checkLimits(spec)
  checkRepeatable(spec)
  checkRestored(spec)
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
  for (const source of spec.sources) {
    checkSplit(source)
    add(source.id, ['out'])
  }
  for (const stage of spec.stages) {
    const inputs = new Set(stage.inputs.map((input) => input.name))
    invariant(inputs.size > 0, `Stage "${stage.id}" has at least one input.`)
    invariant(inputs.size === stage.inputs.length, `Stage "${stage.id}" names each input once.`)
    for (const input of stage.inputs) known(stage.id, input.from)
    checkParallel(stage, spec)
    const { exits, outputs: own } = stage.factory.traits
    invariant(exits !== true || !(EXIT in own), `"${stage.id}" has no output "${EXIT}" of its own.`)
    add(stage.id, outputsOf(stage))
  }
  for (const sink of spec.sinks) {
    known(sink.id, sink.from)
    add(sink.id, [])
  }
  checkUpdates(spec)
  if (spec.deadLetter === undefined) return checkFates(spec)
  invariant(spec.deadLetter.from.length === 0, 'The dead letter sink reads no output.')
  add(spec.deadLetter.id, [])
}

/** Whoever would count a result and the one that replaces it must not get both. */
function checkUpdates(spec: JobSpec): void {
  const [clash] = findUpdateClashes(withExits(spec))
  if (clash === undefined) return
  const { reader, writer } = clash
  throw ENG_UPDATES({ reader: reader.id, writer }, placeOf(reader))
}

/** Without a dead letter sink no record may be meant for it: it would be nowhere. */
function checkFates(spec: JobSpec): void {
  if (isDeadLetter(spec.onError)) throw ENG_NO_DEAD_LETTER({ of: 'the job' })
  for (const part of [...spec.sources, ...spec.stages, ...spec.sinks]) {
    if (!isDeadLetter(part.onError)) continue
    throw ENG_NO_DEAD_LETTER({ of: `"${part.id}"` }, placeOf(part))
  }
}

function isDeadLetter(policy: ErrorPolicy | undefined): boolean {
  return resolvePolicy(policy, 'fail').fate === 'deadLetter'
}
