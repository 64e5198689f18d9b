import { nearestName } from '@millrace/base'
import type { OutputRef, StageInput } from '@millrace/engine'
import { describeNode, type ConfigNode } from '../document/config-node.ts'
import {
  CFG_CYCLE,
  CFG_FROM,
  CFG_INPUTS,
  CFG_MISSING,
  CFG_TYPE,
  CFG_UNKNOWN_ID,
  CFG_UNKNOWN_OUTPUT,
  CFG_UNREAD_OUTPUT,
} from '../errors.ts'
import {
  idsFor,
  namesOf,
  type Entry,
  type Nest,
  type NormalPipeline,
  type Upstream,
} from '../grammar/entry.ts'
import type { LoadContext } from '../load-context.ts'
import { CFG_NESTED } from '../nested/errors.ts'
import { namingFault } from './named-inputs.ts'
import { stageOf, type Part } from './part.ts'
import { sortStages } from './sort-stages.ts'

/** Who reads what. */
export interface Wiring {
  /** Where the main line ends, for a job whose sink its caller brings. */
  readonly main: readonly OutputRef[]
  /** By id of the reader. */
  readonly inputs: ReadonlyMap<string, readonly StageInput[]>
  /** Ids of the stages, each behind what it reads. */
  readonly order: readonly string[]
}

interface WireOptions {
  readonly pipeline: NormalPipeline
  readonly parts: ReadonlyMap<string, Part>
  readonly context: LoadContext
  /** Whether the caller brings the source or sink that the file leaves out. */
  readonly isOpen: boolean
}

/** Resolves `from`, `outputs` and what stands behind what. Unknown names, outputs nobody reads and circles are faults. */
export function wire(options: WireOptions): Wiring {
  return new Wirer(options).wire()
}

class Wirer {
  readonly #pipeline: NormalPipeline
  readonly #parts: ReadonlyMap<string, Part>
  readonly #context: LoadContext
  readonly #isOpen: boolean
  readonly #inputs = new Map<string, StageInput[]>()
  readonly #stages: readonly Entry[]

  constructor({ pipeline, parts, context, isOpen }: WireOptions) {
    this.#pipeline = pipeline
    this.#parts = parts
    this.#context = context
    this.#isOpen = isOpen
    this.#stages = pipeline.entries.filter(({ role }) => role === 'stage')
  }

  wire(): Wiring {
    const before = this.#context.faults.length
    const sinks = this.#entries('sink').filter(({ isDeadLetter }) => !isDeadLetter)
    for (const entry of this.#stages) this.#inputs.set(entry.id, this.#stageInputs(entry))
    const linked = this.#links(sinks)
    for (const entry of sinks) {
      const from = this.#sinkInputs(entry, sinks, linked.get(entry) ?? [])
      this.#inputs.set(entry.id, [{ name: 'in', from }])
    }
    const { order, circle } = sortStages(
      this.#stages.map(({ id }) => id),
      (id) => (this.#inputs.get(id) ?? []).flatMap(({ from }) => from.map((ref) => ref.id)),
    )
    if (circle !== undefined) {
      const entry = this.#stages.find(({ id }) => id === circle[0])
      const where = entry?.keys.get('from')?.where ?? entry?.where
      this.#context.faults.push(CFG_CYCLE({ ids: circle }, where))
    }
    this.#checkSink(sinks)
    // What nobody reads may be what a wrong name was meant for, or what holds stages and has none, by a fault of its own.
    const isWhole = this.#pipeline.nests.every(({ ends }) => ends.length > 0)
    if (isWhole && this.#context.faults.length === before) this.#unread(sinks)
    return { main: this.#main(), inputs: this.#inputs, order }
  }

  #entries(role: Entry['role']): readonly Entry[] {
    return this.#pipeline.entries.filter((entry) => entry.role === role)
  }

  #mainOf(entry: Entry): string {
    return Object.keys(this.#parts.get(entry.id)?.outputs ?? {})[0] ?? 'out'
  }

  #stageInputs(entry: Entry): StageInput[] {
    const part = this.#parts.get(entry.id)
    const names = part?.inputs ?? ['in']
    const from = entry.keys.get('from')?.value
    const [first = 'in'] = names
    if (part !== undefined && stageOf(part)?.definition.inputs === 'named') {
      return this.#namedInputs(entry, names)
    }
    if (from === undefined) {
      if (names.length > 1) {
        const expected = names.join(', ')
        this.#context.faults.push(
          CFG_INPUTS({ id: entry.id, expected, got: 'no "from"' }, entry.where),
        )
      }
      return [{ name: first, from: this.#upstream(entry) }]
    }
    if (from.kind !== 'map') {
      if (names.length > 1) {
        const fault = { id: entry.id, expected: names.join(', '), got: describeNode(from) }
        this.#context.faults.push(CFG_INPUTS(fault, from.where))
      }
      return [{ name: first, from: this.#references(from, readsIn(entry)) }]
    }
    const keys = [...from.entries.keys()]
    if (keys.toSorted().join() !== [...names].toSorted().join()) {
      const expected = expectedInputs(part, names)
      const fault = { id: entry.id, expected, got: keys.join(', ') || 'none' }
      this.#context.faults.push(CFG_INPUTS(fault, from.where))
      return []
    }
    return names.map((name) => {
      const node = from.entries.get(name)?.value
      return { name, from: node === undefined ? [] : this.#references(node, readsIn(entry)) }
    })
  }

  #namedInputs(entry: Entry, names: readonly string[]): StageInput[] {
    const from = entry.keys.get('from')?.value
    const fault = namingFault(entry)
    if (fault !== undefined) {
      this.#context.faults.push(fault)
      return []
    }
    const nodes = from?.kind === 'list' ? from.items : []
    return names.flatMap((name, index) => {
      const node = from?.kind === 'map' ? from.entries.get(name)?.value : nodes[index]
      return node === undefined ? [] : [{ name, from: this.#references(node, readsIn(entry)) }]
    })
  }

  /** What an entry without `from` reads: what it stands behind, else the only source. */
  #upstream(entry: Entry): readonly OutputRef[] {
    if (entry.upstream !== undefined) return this.#outputsOf(entry.upstream)
    const sources = this.#entries('source')
    const [only, second] = sources
    if (only === undefined) return this.#isOpen ? [{ id: 'source', output: 'out' }] : []
    if (second === undefined) return [{ id: only.id, output: 'out' }]
    const known = sources.map(({ id }) => id)
    const problem = 'must say which source it reads'
    this.#context.faults.push(CFG_FROM({ id: entry.id, problem, known }, entry.where))
    return []
  }

  #outputsOf(upstream: readonly Upstream[]): readonly OutputRef[] {
    return upstream.flatMap(({ entry, output }) =>
      output === undefined
        ? [{ id: entry.id, output: this.#mainOf(entry) }]
        : this.#output(entry, output.key, output.where),
    )
  }

  /** Where the main line ends: behind its last stage, else at the source. */
  #main(): readonly OutputRef[] {
    const { ends } = this.#pipeline
    if (ends.length > 0) return this.#outputsOf(ends)
    return [{ id: this.#entries('source')[0]?.id ?? 'source', output: 'out' }]
  }

  #output(entry: Entry, output: string, where: ConfigNode['where']): readonly OutputRef[] {
    const outputs = this.#parts.get(entry.id)?.outputs
    const known = Object.keys(outputs ?? {})
    if (outputs !== undefined && !known.includes(output)) {
      const near = nearestName(output, known)
      this.#context.faults.push(CFG_UNKNOWN_OUTPUT({ id: entry.id, output, near, known }, where))
      return []
    }
    return [{ id: entry.id, output }]
  }

  #references(node: ConfigNode, within: Nest | undefined): readonly OutputRef[] {
    if (node.kind === 'list') {
      const refs = node.items.flatMap((item) => this.#references(item, within))
      if (node.items.length > 0) return unique(refs)
    } else if (node.kind === 'scalar' && node.value !== null && node.text !== '') {
      return this.#reference(this.#context.leaf(node).text, node, within)
    }
    const expected = 'an id, id.output, or a list of them'
    const got = node.kind === 'list' ? 'an empty list' : describeNode(node)
    this.#context.faults.push(CFG_TYPE({ what: '"from"', expected, got }, node.where))
    return []
  }

  #reference(text: string, node: ConfigNode, within: Nest | undefined): readonly OutputRef[] {
    const [name = '', ...rest] = text.split('.')
    const found = this.#named(name, within)
    if (found === undefined) {
      const isCallers = this.#isOpen && this.#entries('source').length === 0
      if (isCallers && idsFor(name, within).includes('source')) {
        return [{ id: 'source', output: 'out' }]
      }
      const ids = [...this.#readable(), ...this.#pipeline.nests].map(({ id }) => id)
      const known = namesOf(ids, within)
      const near = nearestName(name, known)
      const expected = 'source or stage'
      this.#context.faults.push(CFG_UNKNOWN_ID({ id: name, expected, near, known }, node.where))
      return []
    }
    if (rest.length === 0) return this.#outputsOf(found)
    const [end, ...others] = found
    if (end === undefined) return []
    if (others.length === 0 && end.output === undefined) {
      return this.#output(end.entry, rest.join('.'), node.where)
    }
    const problem = 'is a choice: it has no outputs of its own'
    const hint = `Its stages have: from: ${name}/when.then, or an id below ${name}/then.`
    this.#context.faults.push(CFG_NESTED({ what: `"${name}"`, problem, hint }, node.where))
    return []
  }

  #readable(): readonly Entry[] {
    return [...this.#entries('source'), ...this.#stages]
  }

  /** What a name means where it is written: a source or stage, or where what holds stages ends. */
  #named(name: string, within: Nest | undefined): readonly Upstream[] | undefined {
    for (const id of idsFor(name, within)) {
      const entry = this.#readable().find((candidate) => candidate.id === id)
      if (entry !== undefined) return [{ entry }]
      const nest = this.#pipeline.nests.find((candidate) => candidate.id === id)
      if (nest !== undefined) return nest.ends
    }
    return undefined
  }

  /** Sinks that `outputs` name by id. */
  #links(sinks: readonly Entry[]): ReadonlyMap<Entry, readonly OutputRef[]> {
    const linked = new Map<Entry, readonly OutputRef[]>()
    for (const { from, output, sink, within } of this.#pipeline.links) {
      const id = sink.kind === 'scalar' ? this.#context.leaf(sink).text : ''
      const ids = idsFor(id, within)
      const entry = sinks.find((candidate) => ids.includes(candidate.id))
      const refs = this.#output(
        from,
        output.key === '' ? this.#mainOf(from) : output.key,
        output.where,
      )
      if (entry === undefined) {
        const known = sinks.map((candidate) => candidate.id)
        const near = nearestName(id, known)
        const fault = { id, expected: 'sink', near, known }
        this.#context.faults.push(CFG_UNKNOWN_ID(fault, sink.where))
      } else linked.set(entry, [...(linked.get(entry) ?? []), ...refs])
    }
    return linked
  }

  #sinkInputs(
    entry: Entry,
    sinks: readonly Entry[],
    linked: readonly OutputRef[],
  ): readonly OutputRef[] {
    const from = entry.keys.get('from')?.value
    if (from !== undefined) return unique([...this.#references(from, readsIn(entry)), ...linked])
    if (entry.upstream !== undefined) return unique([...this.#upstream(entry), ...linked])
    const ends = sinks.filter((sink) => sink.upstream === undefined)
    const isLast = (id: string): boolean => this.#pipeline.ends.some(({ entry }) => entry.id === id)
    const isFed = linked.length > 0 && (ends.length > 1 || linked.some(({ id }) => isLast(id)))
    if (isFed) return unique(linked)
    if (ends.length > 1) {
      const known = [...this.#entries('source'), ...this.#stages].map(({ id }) => id)
      const problem = 'must say what it reads, because there are several sinks'
      this.#context.faults.push(CFG_FROM({ id: entry.id, problem, known }, entry.where))
      return unique(linked)
    }
    const main = this.#stages.length === 0 ? this.#upstream(entry) : this.#main()
    return unique([...main, ...linked])
  }

  #checkSink(sinks: readonly Entry[]): void {
    const isMeant = ['sink', 'sinks'].some((key) => this.#pipeline.keys.has(key))
    if (sinks.length > 0 || isMeant || this.#isOpen) return
    const hint = 'Add sink: { file: results.jsonl }, or give --output.'
    const where = this.#pipeline.where
    this.#context.faults.push(CFG_MISSING({ what: 'sink', of: 'The pipeline', hint }, where))
  }

  #unread(sinks: readonly Entry[]): void {
    const read = new Set<string>()
    for (const inputs of this.#inputs.values()) {
      for (const { from } of inputs) for (const ref of from) read.add(`${ref.id}.${ref.output}`)
    }
    const hasDeadLetters = this.#entries('sink').some(({ isDeadLetter }) => isDeadLetter)
    // Without a sink whoever runs the job reads them.
    if (sinks.length === 0) for (const { id, output } of this.#main()) read.add(`${id}.${output}`)
    for (const entry of this.#readable()) {
      const part = this.#parts.get(entry.id)
      // Where nothing is known of the outputs, or no sink at all exists, that fault is enough.
      if (part?.outputs === undefined || part.loaded === undefined) continue
      for (const [index, output] of Object.keys(part.outputs).entries()) {
        const main = index === 0
        if (read.has(`${entry.id}.${output}`)) continue
        const isLate = output === 'late'
        const { definition } = part.loaded
        if ('optionalOutputs' in definition && definition.optionalOutputs?.includes(output))
          continue
        if (isLate && hasDeadLetters) continue
        const isOwn = 'outputs' in definition && typeof definition.outputs === 'function'
        const fault = CFG_UNREAD_OUTPUT({ id: entry.id, output, main }, entry.where)
        if (main || (isOwn && !isLate)) this.#context.faults.push(fault)
        else this.#context.warnings.push(fault)
      }
    }
  }
}

/** Names of the inputs, and of those that may be left out. */
function expectedInputs(part: Part | undefined, names: readonly string[]): string {
  const optional = (part && stageOf(part)?.definition.optionalInputs) ?? []
  const needed = names.filter((name) => !optional.includes(name)).join(', ')
  return optional.length === 0 ? needed : `${needed}, and perhaps ${optional.join(', ')}`
}

/** Where the names in the `from` of an entry are known. */
const readsIn = (entry: Entry): Nest | undefined =>
  entry.readsIn === undefined ? entry.within : entry.readsIn.nest

function unique(refs: readonly OutputRef[]): readonly OutputRef[] {
  const seen = new Map(refs.map((ref) => [`${ref.id}.${ref.output}`, ref]))
  return [...seen.values()]
}
