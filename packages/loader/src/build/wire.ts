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
import type { Entry, NormalPipeline } from '../grammar/entry.ts'
import type { LoadContext } from '../load-context.ts'
import { namingFault } from './named-inputs.ts'
import { stageOf, type Part } from './part.ts'
import { sortStages } from './sort-stages.ts'

/** Who reads what. */
export interface Wiring {
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
    // What nobody reads may be what a wrong name was meant for.
    if (this.#context.faults.length === before) this.#unread(sinks)
    return { inputs: this.#inputs, order }
  }

  #entries(role: Entry['role']): readonly Entry[] {
    return this.#pipeline.entries.filter((entry) => entry.role === role)
  }

  #main(entry: Entry): string {
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
      return [{ name: first, from: this.#references(from) }]
    }
    const keys = [...from.entries.keys()]
    if (keys.toSorted().join() !== [...names].toSorted().join()) {
      const fault = { id: entry.id, expected: names.join(', '), got: keys.join(', ') || 'none' }
      this.#context.faults.push(CFG_INPUTS(fault, from.where))
      return []
    }
    return names.map((name) => {
      const node = from.entries.get(name)?.value
      return { name, from: node === undefined ? [] : this.#references(node) }
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
      return node === undefined ? [] : [{ name, from: this.#references(node) }]
    })
  }

  /** What an entry without `from` reads: what it stands behind, else the only source. */
  #upstream(entry: Entry): readonly OutputRef[] {
    const { upstream } = entry
    if (upstream !== undefined) {
      const { output } = upstream
      if (output === undefined) {
        return [{ id: upstream.entry.id, output: this.#main(upstream.entry) }]
      }
      return this.#output(upstream.entry, output.key, output.where)
    }
    const sources = this.#entries('source')
    const [only, second] = sources
    if (only === undefined) return this.#isOpen ? [{ id: 'source', output: 'out' }] : []
    if (second === undefined) return [{ id: only.id, output: 'out' }]
    const known = sources.map(({ id }) => id)
    const problem = 'must say which source it reads'
    this.#context.faults.push(CFG_FROM({ id: entry.id, problem, known }, entry.where))
    return []
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

  #references(node: ConfigNode): readonly OutputRef[] {
    if (node.kind === 'list') {
      if (node.items.length > 0) return unique(node.items.flatMap((item) => this.#references(item)))
    } else if (node.kind === 'scalar' && node.value !== null && node.text !== '') {
      return this.#reference(this.#context.leaf(node).text, node)
    }
    const expected = 'an id, id.output, or a list of them'
    const got = node.kind === 'list' ? 'an empty list' : describeNode(node)
    this.#context.faults.push(CFG_TYPE({ what: '"from"', expected, got }, node.where))
    return []
  }

  #reference(text: string, node: ConfigNode): readonly OutputRef[] {
    const [id = '', ...rest] = text.split('.')
    const readable = this.#pipeline.entries.filter(
      ({ role }) => role === 'source' || role === 'stage',
    )
    const entry = readable.find((candidate) => candidate.id === id)
    const isCallers = id === 'source' && this.#isOpen && this.#entries('source').length === 0
    if (entry === undefined && isCallers) return [{ id, output: 'out' }]
    if (entry === undefined) {
      const known = readable.map((candidate) => candidate.id)
      const near = nearestName(id, known)
      const expected = 'source or stage'
      this.#context.faults.push(CFG_UNKNOWN_ID({ id, expected, near, known }, node.where))
      return []
    }
    if (rest.length === 0) return [{ id, output: this.#main(entry) }]
    return this.#output(entry, rest.join('.'), node.where)
  }

  /** Sinks that `outputs` name by id. */
  #links(sinks: readonly Entry[]): ReadonlyMap<Entry, readonly OutputRef[]> {
    const linked = new Map<Entry, readonly OutputRef[]>()
    for (const { from, output, sink } of this.#pipeline.links) {
      const id = sink.kind === 'scalar' ? this.#context.leaf(sink).text : ''
      const entry = sinks.find((candidate) => candidate.id === id)
      const refs = this.#output(
        from,
        output.key === '' ? this.#main(from) : output.key,
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
    if (from !== undefined) return unique([...this.#references(from), ...linked])
    if (entry.upstream !== undefined) return unique([...this.#upstream(entry), ...linked])
    const ends = sinks.filter((sink) => sink.upstream === undefined)
    const last = this.#stages.findLast((stage) => this.#isMainLine(stage))
    const isFed = linked.length > 0 && (ends.length > 1 || linked.some(({ id }) => id === last?.id))
    if (isFed) return unique(linked)
    if (ends.length > 1) {
      const known = [...this.#entries('source'), ...this.#stages].map(({ id }) => id)
      const problem = 'must say what it reads, because there are several sinks'
      this.#context.faults.push(CFG_FROM({ id: entry.id, problem, known }, entry.where))
      return unique(linked)
    }
    const main =
      last === undefined ? this.#upstream(entry) : [{ id: last.id, output: this.#main(last) }]
    return unique([...main, ...linked])
  }

  #isMainLine(stage: Entry): boolean {
    if (stage.upstream?.output !== undefined) return false
    return stage.upstream === undefined || this.#isMainLine(stage.upstream.entry)
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
    const last = this.#stages.findLast((stage) => this.#isMainLine(stage))
    for (const entry of [...this.#entries('source'), ...this.#stages]) {
      const part = this.#parts.get(entry.id)
      // Where nothing is known of the outputs, or no sink at all exists, that fault is enough.
      if (part?.outputs === undefined || part.loaded === undefined) continue
      for (const [index, output] of Object.keys(part.outputs).entries()) {
        const main = index === 0
        if (read.has(`${entry.id}.${output}`)) continue
        if (main && sinks.length === 0 && (entry === last || this.#stages.length === 0)) continue
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

function unique(refs: readonly OutputRef[]): readonly OutputRef[] {
  const seen = new Map(refs.map((ref) => [`${ref.id}.${ref.output}`, ref]))
  return [...seen.values()]
}
