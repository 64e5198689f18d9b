import type { Edge, OverflowTarget } from '../run/edge.ts'
import type { Outlet } from '../run/outlet.ts'
import { Outbox } from '../run/outbox.ts'
import { Port } from '../run/port.ts'
import type { StageSpec } from '../plan/job-spec.ts'
import { outputsOf } from '../plan/with-exits.ts'
import type { Fans } from './fans.ts'
import type { More, Wired } from './wired.ts'

/** An edge, and what it was made for. */
export interface Read extends Wired {
  /** Of the writer; undefined: its dead letters. */
  readonly output: string | undefined
  /** That reads; undefined: a gate or a sink does. */
  readonly stage: StageSpec | undefined
}

/** What is wired so far. */
interface WiredParts {
  readonly fans: Fans
  readonly inputs: ReadonlyMap<string, Edge[]>
  readonly reads: Read[]
}

/** The edges and ports of one replica more of a stage: as those of `like` are. */
export function wireMore(
  { fans, inputs, reads }: WiredParts,
  like: string,
  stage: StageSpec,
  overflow: OverflowTarget | undefined,
): More & { readonly inputs: Edge[] } {
  const { id } = stage
  const own = reads
    .filter(({ reader }) => reader === like)
    .map((read): Read => ({ ...read, reader: id, stage, edge: read.edge.twin(overflow) }))
  const pairs = reads
    .filter(({ writer }) => writer === like)
    .map((read) => ({ like: read.edge, read: { ...read, writer: id, edge: read.edge.twin() } }))
  const behind = pairs.map(({ read }) => read)
  const kept: ((passed: number) => void)[] = []
  const outlet = ([first, ...others]: Group): Outlet => {
    const { edge, output, stage: reader } = first
    if (reader?.replica === undefined || reader.parallel === undefined) return edge
    const { input } = edge
    const fan = fans.over(reader, input, [edge, ...others.map((other) => other.edge)])
    kept.push((passed) => fans.keep(reader, input, `${id}.${output}`, fan, passed))
    return fan
  }
  const ports = outputsOf(stage).map((output) => {
    return new Port(output, readersOf(output, behind).map(outlet))
  })
  const letters = behind.filter(({ output }) => output === undefined)
  const dead =
    letters.length === 0
      ? undefined
      : new Port(
          'deadLetter',
          letters.map(({ edge }) => edge),
        )
  return {
    inputs: own.map(({ edge }) => edge),
    outbox: new Outbox(ports, dead),
    read: behind,
    attach(passed) {
      for (const { like: other, read } of pairs) {
        read.edge.joins(other)
        inputs.get(read.reader)?.push(read.edge)
      }
      reads.push(...behind, ...own)
      for (const keep of kept) keep(passed)
      for (const { edge, output, writer } of own) {
        fans.add(stage, { from: `${writer}.${output}`, edge }, passed)
      }
    },
  }
}

type Group = readonly [Read, ...Read[]]

/** The edges of an output by reader: those into replicas of one stage are one. */
function readersOf(output: string, behind: readonly Read[]): readonly Group[] {
  const groups = new Map<string, [Read, ...Read[]]>()
  for (const read of behind) {
    if (read.output !== output) continue
    const { edge, reader, stage } = read
    const many = stage?.parallel === undefined ? undefined : stage.replica?.of
    const name = `${many ?? reader} ${edge.input}`
    const group = groups.get(name)
    if (group === undefined) groups.set(name, [read])
    else group.push(read)
  }
  return [...groups.values()]
}
