import { jobDefaults } from '@millrace/sdk'
import type { Contest } from '../run/contest.ts'
import { Edge, type OverflowTarget } from '../run/edge.ts'
import type { Outlet } from '../run/outlet.ts'
import { Port } from '../run/port.ts'
import { Outbox } from '../run/outbox.ts'
import { Fans } from './fans.ts'
import type { JobSpec, OutputRef, StageSpec } from '../plan/job-spec.ts'
import { outputsOf } from '../plan/with-exits.ts'
import { type Read, wireMore } from './wire-more.ts'
import type { More, Wired } from './wired.ts'

/** Who sends to whom: the edges into and the ports out of every node. */
export interface Wiring {
  /** Edges into a stage, sink or the dead letter sink, by id. Those into one grow where a replica is added that it reads. */
  readonly inputs: ReadonlyMap<string, readonly Edge[]>
  /** What a source, stage or sink sends on, by id. */
  readonly outboxes: ReadonlyMap<string, Outbox>
  /** What decides between replicas, by stage. */
  readonly contests: ReadonlyMap<string, Contest>
  /** All edges: of the same spec always in the same order. */
  readonly edges: readonly Wired[]
  /** What replicas of a stage have in common. */
  readonly fans: Fans
  /** Makes the edges and ports of one replica more of a stage: as those of `like` are, one that is there. */
  more(like: string, stage: StageSpec, overflow: OverflowTarget | undefined): More
}

/** Where a stage with a lossy mailbox counts its drops. */
export type OverflowOf = (stage: StageSpec) => OverflowTarget | undefined

/** Builds edges and ports of a checked spec. */
export function wire(spec: JobSpec, overflowOf: OverflowOf): Wiring {
  const window = spec.mailbox?.capacity ?? jobDefaults.mailbox.capacity
  const inputs = new Map<string, Edge[]>()
  const readers = new Map<string, Outlet[]>()
  const fans = new Fans(window)
  const { follower } = spec
  const edges: Wired[] = []
  const reads: Read[] = []
  const enter = (from: OutputRef | undefined, wired: Wired, stage?: StageSpec): void => {
    const { edge, reader } = wired
    edges.push(wired)
    reads.push({ ...wired, output: from?.output, stage })
    const own = inputs.get(reader)
    if (own === undefined) inputs.set(reader, [edge])
    else own.push(edge)
  }
  const read = (from: OutputRef, outlet: Outlet | undefined): void => {
    if (outlet === undefined) return
    const name = `${from.id}.${from.output}`
    readers.set(name, [...(readers.get(name) ?? []), outlet])
  }
  for (const stage of spec.stages) {
    const overflow = overflowOf(stage)
    for (const input of stage.inputs) {
      for (const from of input.from) {
        const own = {
          input: input.name,
          window: fans.window(stage),
          batch: stage.batch,
          overflow,
          follower,
        }
        const edge = new Edge(own)
        enter(from, { writer: from.id, reader: stage.id, edge }, stage)
        read(from, fans.join(stage, input.name, `${from.id}.${from.output}`, edge))
      }
    }
  }
  for (const sink of spec.sinks) {
    for (const from of sink.from) {
      const edge = new Edge({ input: 'in', window, follower })
      enter(from, { writer: from.id, reader: sink.id, edge })
      read(from, edge)
    }
  }
  for (const { from, id, output } of spec.gates ?? []) {
    const own = readers.get(`${id}.${output}`) ?? []
    for (const one of from) {
      const edge = new Edge({ input: 'in', window, readers: own.length, follower })
      enter(one, { writer: one.id, reader: id, edge })
      read(one, edge)
    }
  }
  const dead = (writer: string): Port | undefined => {
    if (spec.deadLetter === undefined) return undefined
    const edge = new Edge({ input: 'in', window, follower })
    enter(undefined, { writer, reader: spec.deadLetter.id, edge })
    return new Port('deadLetter', [edge])
  }
  const outboxes = new Map<string, Outbox>()
  const add = (id: string, outputs: readonly string[]): void => {
    const ports = outputs.map((output) => new Port(output, readers.get(`${id}.${output}`) ?? []))
    outboxes.set(id, new Outbox(ports, dead(id)))
  }
  for (const source of spec.sources) add(source.id, ['out'])
  for (const stage of spec.stages) add(stage.id, outputsOf(stage))
  for (const { id, output } of spec.gates ?? []) {
    outboxes.set(
      id,
      new Outbox([new Port(output, readers.get(`${id}.${output}`) ?? [])], undefined),
    )
  }
  for (const sink of spec.sinks) add(sink.id, [])
  if (spec.deadLetter !== undefined) outboxes.set(spec.deadLetter.id, new Outbox([], undefined))
  return {
    inputs,
    outboxes,
    contests: fans.contests,
    edges,
    fans,
    more: (like, stage, overflow) => {
      const more = wireMore({ fans, inputs, reads }, like, stage, overflow)
      inputs.set(stage.id, more.inputs)
      outboxes.set(stage.id, more.outbox)
      return more
    },
  }
}
