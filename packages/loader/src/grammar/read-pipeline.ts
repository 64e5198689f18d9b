import { nearestName, type MillraceError } from '@millrace/base'
import { CFG_BOTH, CFG_MISSING, CFG_NOT_BUILT, CFG_TYPE, CFG_UNKNOWN_KEY } from '../errors.ts'
import {
  describeNode,
  type ConfigNode,
  type MapEntry,
  type MapNode,
} from '../document/config-node.ts'
import { assignIds } from './assign-ids.ts'
import type { Entry, NormalPipeline, OutputLink, Upstream } from './entry.ts'
import { futurePipelineKeys, isExtension, pipelineKeys, type Role } from './keys.ts'
import { readEntry } from './read-entry.ts'

/** Refuses keys outside of `known`, with the nearest name; those of `future` with their own sentence. */
export function checkKeys(
  node: MapNode,
  of: string,
  known: readonly string[],
  future: readonly string[],
  faults: MillraceError[],
): void {
  for (const { key, where } of node.entries.values()) {
    if (known.includes(key) || isExtension(key)) continue
    const near = nearestName(key, known)
    faults.push(
      future.includes(key)
        ? CFG_NOT_BUILT({ key, of }, where)
        : CFG_UNKNOWN_KEY({ key, of, near, known }, where),
    )
  }
}

/** Brings the map under `pipeline:` to normal form; whatever has no form is a fault. */
export function readPipeline(node: MapNode, faults: MillraceError[]): NormalPipeline {
  checkKeys(node, 'the pipeline', pipelineKeys, futurePipelineKeys, faults)
  return new PipelineReader(node, faults).read()
}

class PipelineReader {
  readonly #node: MapNode
  readonly #faults: MillraceError[]
  readonly #entries: Entry[] = []
  readonly #links: OutputLink[] = []

  constructor(node: MapNode, faults: MillraceError[]) {
    this.#node = node
    this.#faults = faults
  }

  read(): NormalPipeline {
    this.#resources()
    this.#endpoints('source', 'sources')
    const stages = this.#value('stages')
    if (stages?.kind === 'list') this.#stages(stages.items, undefined)
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
    assignIds(this.#entries, this.#faults)
    const keys = new Map(this.#node.entries)
    return { where: this.#node.where, keys, entries: this.#entries, links: this.#links }
  }

  #value(key: string): ConfigNode | undefined {
    return this.#node.entries.get(key)?.value
  }

  #add(
    node: ConfigNode,
    place: { role: Role; isDeadLetter?: boolean; id?: string; upstream?: Upstream | undefined },
  ): Entry | undefined {
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

  /** A list of stages; `branch` is the output it hangs on, and then its last entry is a sink. */
  #stages(items: readonly ConfigNode[], branch: Upstream | undefined): void {
    let upstream = branch
    for (const [index, item] of items.entries()) {
      const isEnd = branch !== undefined && index === items.length - 1
      if (isEnd && this.#isSinkId(item) && upstream !== undefined) {
        this.#link(upstream, item)
        return
      }
      const entry = this.#add(item, { role: isEnd ? 'sink' : 'stage', upstream })
      if (entry === undefined) continue
      upstream = { entry }
      if (!isEnd) this.#outputs(entry)
    }
  }

  #outputs(entry: Entry): void {
    const outputs = entry.keys.get('outputs')?.value
    if (outputs === undefined) return
    if (outputs.kind !== 'map') {
      const expected = 'a map from output names to sinks'
      const got = describeNode(outputs)
      this.#faults.push(CFG_TYPE({ what: '"outputs"', expected, got }, outputs.where))
      return
    }
    for (const output of outputs.entries.values()) {
      const { value } = output
      const upstream = { entry, output }
      if (value.kind === 'list') {
        if (value.items.length > 0) this.#stages(value.items, upstream)
        else {
          const of = `Output "${output.key}"`
          const hint = 'End the list with a sink.'
          this.#faults.push(CFG_MISSING({ what: 'reader', of, hint }, value.where))
        }
      } else if (value.kind === 'scalar') this.#links.push({ from: entry, output, sink: value })
      else this.#add(value, { role: 'sink', upstream })
    }
  }

  /** Whether the end of a branch names a sink that is declared elsewhere. */
  #isSinkId(node: ConfigNode): boolean {
    if (node.kind !== 'scalar') return false
    const sinks = this.#value('sinks')
    const id = String(node.value)
    if (id === 'sink' && this.#value('sink') !== undefined) return true
    return sinks?.kind === 'map' && sinks.entries.has(id)
  }

  #link(upstream: Upstream, sink: ConfigNode): void {
    const output = upstream.output ?? { key: '', where: sink.where, value: sink }
    this.#links.push({ from: upstream.entry, output, sink })
  }
}

const isNothing = (node: ConfigNode): boolean => node.kind === 'scalar' && node.value === null
