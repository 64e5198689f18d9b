import {
  type JobSpec,
  mainOutputs,
  type OutputRef,
  type SinkSpec,
  withExits,
} from '@millrace/engine'
import type { Observed } from '@millrace/loader'
import { type CollectSink, collectSink } from '../ends.ts'

interface Letter {
  readonly stage: string
  readonly record: unknown
  readonly error: { readonly code: string }
}

/** What a test sees of a job: its sinks, and the outputs of stages that somebody expects something of. */
export class Taps {
  /** The job's own sinks, and more where outputs are observed, all of them in memory. */
  readonly sinks: { readonly sinks: readonly SinkSpec[]; readonly deadLetter?: SinkSpec }
  readonly #collected = new Map<string, () => readonly unknown[]>()
  /** How many records were looked at. */
  readonly #taken = new Map<string, number>()

  constructor(spec: JobSpec, observed: readonly Observed[]) {
    const letters = collectSink()
    this.#collected.set('deadLetter', () => letters.values)
    const own: SinkSpec[] = spec.sinks.map((sink) => ({
      ...sink,
      factory: this.#collect(sink.id),
      raw: false,
    }))
    const more: SinkSpec[] = []
    const add = (id: string, name: string, from: readonly OutputRef[]): void => {
      more.push({ id, factory: this.#collect(name), from })
    }
    if (own.length === 0) {
      own.push({ id: 'sink', factory: this.#collect('sink'), from: mainOutputs(spec) })
    }
    // What exits comes to the sinks of the job, not to those that look on.
    const { sinks } = withExits({ ...spec, sinks: own })
    for (const { name, id, output } of observed) {
      if (output === undefined || this.#collected.has(name)) continue
      const isRead = isReadIn(spec, { id, output })
      // Late records that nobody reads are dead letters, and stay such.
      if (output === 'late' && !isRead && spec.deadLetter !== undefined) {
        this.#collected.set(name, () => lateOf(letters.values as readonly Letter[], id))
      } else add(`observed-${more.length}`, name, [{ id, output }])
    }
    this.sinks = {
      sinks: [...sinks, ...more],
      ...(spec.deadLetter === undefined
        ? {}
        : { deadLetter: { ...spec.deadLetter, factory: letters } }),
    }
  }

  /** What came out since the last look. */
  take({ name }: Observed): readonly unknown[] {
    const all = this.#collected.get(name)?.() ?? []
    const from = this.#taken.get(name) ?? 0
    this.#taken.set(name, all.length)
    return all.slice(from)
  }

  #collect(name: string): CollectSink {
    const sink = collectSink()
    this.#collected.set(name, () => sink.values)
    return sink
  }
}

function isReadIn({ stages, sinks }: JobSpec, { id, output }: OutputRef): boolean {
  const reads = [...stages.flatMap(({ inputs }) => inputs), ...sinks].flatMap(({ from }) => from)
  return reads.some((ref) => ref.id === id && ref.output === output)
}

function lateOf(letters: readonly Letter[], id: string): readonly unknown[] {
  return letters
    .filter(({ stage, error }) => stage === id && error.code === 'LATE')
    .map(({ record }) => record)
}
