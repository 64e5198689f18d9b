import type { MillraceError } from '@millrace/base'
import { CFG_BOTH, CFG_MISSING, CFG_TYPE } from '../errors.ts'
import {
  describeNode,
  type ConfigNode,
  type MapEntry,
  type MapNode,
} from '../document/config-node.ts'
import { assignIds } from './assign-ids.ts'
import { checkKeys } from './check-keys.ts'
import { CFG_NESTED } from '../nested/errors.ts'
import {
  idsFor,
  type Entry,
  type Nest,
  type NormalPipeline,
  type OutputLink,
  type Upstream,
} from './entry.ts'
import { futurePipelineKeys, pipelineKeys } from './keys.ts'
import { readEntry, type Place } from './read-entry.ts'
import { type NestForm, nestFormOf, readChoice, readNested, routeOf } from './read-nest.ts'

/** Brings the map under `pipeline:` to normal form; whatever has no form is a fault. */
export function readPipeline(node: MapNode, faults: MillraceError[]): NormalPipeline {
  checkKeys(node.entries, 'the pipeline', pipelineKeys, futurePipelineKeys, faults)
  return new PipelineReader(node, faults).read()
}

/** Where a list of stages stands. */
interface Line {
  /** What its first stage reads; absent: the only source. */
  readonly upstream?: readonly Upstream[] | undefined
  /** The `from` of what it stands in, and where that stands. */
  readonly from?: { readonly entry: MapEntry; readonly within: Nest | undefined } | undefined
  /** It hangs on an output and ends in a sink. */
  readonly isBranch?: boolean
  readonly within?: Nest | undefined
}

class PipelineReader {
  readonly #node: MapNode
  readonly #faults: MillraceError[]
  readonly #entries: Entry[] = []
  readonly #nests: Nest[] = []
  readonly #links: OutputLink[] = []

  constructor(node: MapNode, faults: MillraceError[]) {
    this.#node = node
    this.#faults = faults
  }

  read(): NormalPipeline {
    this.#resources()
    this.#endpoints('source', 'sources')
    const stages = this.#value('stages')
    let ends: readonly Upstream[] = []
    if (stages?.kind === 'list') ends = this.#stages(stages.items, {})
    else if (stages !== undefined && !isNothing(stages)) {
      const got = describeNode(stages)
      this.#faults.push(
        CFG_TYPE({ what: '"stages"', expected: 'a list of stages', got }, stages.where),
      )
    }
    this.#endpoints('sink', 'sinks')
    const deadLetter = this.#value('deadLetter')
    if (deadLetter !== undefined) {
      this.#add(deadLetter, { role: 'sink', isDeadLetter: true, id: 'deadLetter' })
    }
    assignIds(this.#entries, this.#nests, this.#faults)
    return {
      where: this.#node.where,
      keys: new Map(this.#node.entries),
      entries: this.#entries,
      nests: this.#nests,
      links: this.#links,
      ends,
    }
  }

  #value(key: string): ConfigNode | undefined {
    return this.#node.entries.get(key)?.value
  }

  #add(node: ConfigNode, place: Place): Entry | undefined {
    const entry = readEntry(node, place, this.#faults)
    if (entry !== undefined) this.#entries.push(entry)
    return entry
  }

  #resources(): void {
    const resources = this.#value('resources')
    if (resources === undefined) return
    for (const [id, entry] of this.#named(resources, '"resources"')) {
      this.#add(entry.value, { role: 'resource', id })
    }
  }

  #endpoints(role: 'source' | 'sink', plural: 'sources' | 'sinks'): void {
    const lone = this.#value(role)
    const several = this.#value(plural)
    if (lone !== undefined && several !== undefined) {
      const where = this.#node.entries.get(plural)?.where
      this.#faults.push(CFG_BOTH({ one: role, other: plural }, where))
    }
    if (lone !== undefined) this.#add(lone, { role, id: role })
    if (several === undefined) return
    for (const [id, entry] of this.#named(several, `"${plural}"`))
      this.#add(entry.value, { role, id })
  }

  #named(node: ConfigNode, what: string): Iterable<[string, MapEntry]> {
    if (node.kind === 'map' && node.entries.size > 0) return node.entries
    const expected = 'a map of ids'
    const got = node.kind === 'map' ? 'an empty map' : describeNode(node)
    this.#faults.push(CFG_TYPE({ what, expected, got }, node.where))
    return []
  }

  /** A list of stages, and where it ends. */
  #stages(items: readonly ConfigNode[], line: Line): readonly Upstream[] {
    let { from, upstream } = line
    const { isBranch = false, within } = line
    for (const [index, item] of items.entries()) {
      const isEnd = isBranch && index === items.length - 1
      if (isEnd && this.#isSinkId(item, within) && upstream !== undefined) {
        this.#link(upstream, item, within)
        return []
      }
      const form = isEnd ? undefined : nestFormOf(item)
      if (form !== undefined) {
        upstream = this.#nest(form, { upstream, from, within })
      } else {
        const entry = this.#add(item, { role: isEnd ? 'sink' : 'stage', upstream, within })
        if (entry === undefined) continue
        this.#readFrom(entry, from)
        upstream = [{ entry }]
        if (!isEnd) this.#outputs(entry, entry.keys, within)
      }
      from = undefined
    }
    return upstream ?? []
  }

  /** The first stage of what has a `from` reads what that says. */
  #readFrom(entry: Entry, from: Line['from']): void {
    if (from === undefined) return
    const own = entry.keys.get('from')
    if (own !== undefined) {
      const what = 'The first of these stages'
      const problem = 'says itself what it reads, and so does what it stands in'
      const hint = 'Remove one of the two `from`.'
      this.#faults.push(CFG_NESTED({ what, problem, hint }, own.where))
    }
    entry.keys.set('from', from.entry)
    entry.readsIn = { nest: from.within }
  }

  /** Stages in the place of one, and where they end. */
  #nest(form: NestForm, line: Line): readonly Upstream[] {
    const { from: outer, upstream, within } = line
    const own = form.keys.get('from')
    const from = own === undefined ? outer : { entry: own, within }
    const nest: Nest = { ...form, within, id: '', ends: upstream ?? [] }
    this.#nests.push(nest)
    nest.ends =
      form.kind === 'pipeline'
        ? this.#pipeline(form, nest, { upstream, from })
        : this.#choice(form, nest, { upstream, from })
    return nest.ends
  }

  #pipeline(form: NestForm, nest: Nest, { from, upstream }: Line): readonly Upstream[] {
    const items = readNested(form, this.#faults)
    const ends = this.#stages(items, { upstream, from, within: nest })
    const outputs = form.keys.get('outputs')
    const [end, ...others] = ends
    if (outputs === undefined || items.length === 0) return ends
    if (end === undefined || others.length > 0 || end.output !== undefined) {
      const problem = 'are those of its last stage, and its last stage is a choice'
      const hint = 'Name them at the stages inside that have them.'
      this.#faults.push(CFG_NESTED({ what: 'Its outputs', problem, hint }, outputs.where))
    } else this.#outputs(end.entry, form.keys, nest.within)
    return ends
  }

  /** `choose` is a route to two lists of stages, and whoever comes next reads the ends of both. */
  #choice(form: NestForm, nest: Nest, { from, upstream }: Line): readonly Upstream[] {
    const choice = readChoice(form, this.#faults)
    if (choice === undefined) return upstream ?? []
    const node = routeOf(choice.when)
    const entry = this.#add(node, { role: 'stage', id: 'when', upstream, within: nest })
    if (entry === undefined) return upstream ?? []
    this.#readFrom(entry, from)
    return choice.branches.flatMap(({ items, key, where }) => {
      const output = { key, where, value: node }
      const start = [{ entry, output }]
      const branch: Nest = {
        module: key,
        where,
        keys: new Map(),
        within: nest,
        isFile: false,
        id: key,
        ends: start,
      }
      this.#nests.push(branch)
      branch.ends = this.#stages(items, { upstream: start, within: branch })
      return branch.ends
    })
  }

  /** `outputs` among these keys, and where they stand: who reads those of the entry. */
  #outputs(entry: Entry, keys: Nest['keys'], within: Nest | undefined): void {
    const outputs = keys.get('outputs')?.value
    if (outputs === undefined) return
    if (outputs.kind !== 'map') {
      const expected = 'a map from output names to sinks'
      const got = describeNode(outputs)
      this.#faults.push(CFG_TYPE({ what: '"outputs"', expected, got }, outputs.where))
      return
    }
    for (const output of outputs.entries.values()) {
      const { value } = output
      const upstream = [{ entry, output }]
      if (value.kind === 'list') {
        if (value.items.length > 0) this.#stages(value.items, { upstream, isBranch: true, within })
        else {
          const of = `Output "${output.key}"`
          const hint = 'End the list with a sink.'
          this.#faults.push(CFG_MISSING({ what: 'reader', of, hint }, value.where))
        }
      } else if (value.kind === 'scalar')
        this.#links.push({ from: entry, output, sink: value, within })
      else this.#add(value, { role: 'sink', upstream, within })
    }
  }

  /** Whether the end of a branch names a sink that is declared elsewhere: by the pipeline itself, which files do not know. */
  #isSinkId(node: ConfigNode, within: Nest | undefined): boolean {
    if (node.kind !== 'scalar') return false
    const sinks = this.#value('sinks')
    const id = String(node.value)
    if (!idsFor(id, within).includes(id)) return false
    if (id === 'sink' && this.#value('sink') !== undefined) return true
    return sinks?.kind === 'map' && sinks.entries.has(id)
  }

  #link(upstream: readonly Upstream[], sink: ConfigNode, within: Nest | undefined): void {
    for (const { entry, output = { key: '', where: sink.where, value: sink } } of upstream) {
      this.#links.push({ from: entry, output, sink, within })
    }
  }
}

const isNothing = (node: ConfigNode): boolean => node.kind === 'scalar' && node.value === null
