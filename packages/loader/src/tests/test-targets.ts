import type { JobSpec } from '@millrace/engine'
import type { Observed } from './job-test.ts'

/** What the names in a test can mean. */
export interface Targets {
  readonly sources: readonly string[]
  /** The longest silence after which a source steps aside; 0 where none does. */
  readonly idleMs: number
  /** Names that `expect` may use. */
  readonly observable: readonly string[]
  /** Names that `mocks` may use. */
  readonly mockable: readonly string[]
  observed(name: string): Observed | undefined
  mocked(name: string): Observed | undefined
}

/** Sinks by id, stages by id (their main output) or as `id.output`. */
export function targetsOf(spec: JobSpec): Targets {
  const outputs = new Map<string, Observed>()
  const exits = new Map<string, Observed>()
  for (const { id, factory } of spec.stages) {
    for (const [index, output] of Object.keys(factory.traits.outputs).entries()) {
      const name = index === 0 ? id : `${id}.${output}`
      outputs.set(name, { name, id, output })
    }
    const name = `${id}.exit`
    if (factory.traits.exits === true) exits.set(name, { name, id, output: 'exit' })
  }
  const sinks = [...spec.sinks, ...(spec.deadLetter === undefined ? [] : [spec.deadLetter])]
  const all = new Map([...outputs, ...exits])
  // Without a sink of its own the job gives its results to whoever runs it.
  const ids =
    spec.sinks.length === 0 ? [...sinks.map(({ id }) => id), 'sink'] : sinks.map(({ id }) => id)
  for (const id of ids) all.set(id, { name: id, id })
  const sources = spec.sources.map(({ id }) => id)
  return {
    sources: sources.length === 0 ? ['source'] : sources,
    idleMs: Math.max(0, ...spec.sources.map(({ time }) => time?.idleMs ?? 0)),
    observable: [...all.keys()],
    mockable: [...outputs.keys()],
    observed: (name) => all.get(name),
    mocked: (name) => outputs.get(name),
  }
}
