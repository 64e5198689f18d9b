import { jobDefaults } from '@millrace/sdk'
import type { StageSpec } from '../plan/job-spec.ts'
import { Contest } from '../run/contest.ts'
import { BATCH_MAX, type Edge } from '../run/edge.ts'
import { KeyedFan } from '../run/keyed-fan.ts'
import type { Outlet } from '../run/outlet.ts'
import { keyPartsOf } from '../run/stage-keys.ts'
import { UnitFan } from '../run/unit-fan.ts'

/** Puts the edges into the replicas of a stage together, so that they are one reader to whoever writes. */
export class Fans {
  /** Of stages that have one, by id. */
  readonly contests = new Map<string, Contest>()
  readonly #window: number
  /** By stage, input and output, those of the replicas that came so far. */
  readonly #edges = new Map<string, Edge[]>()
  /** Those of stages without keys, by the same, and by stage. */
  readonly #units = new Map<string, UnitFan>()
  readonly #unitsOf = new Map<string, UnitFan[]>()
  /** How many replicas of a stage get records, where that is another number than at first. */
  readonly #active = new Map<string, number>()

  /** `window`: records with a reader, at most. */
  constructor(window: number) {
    this.#window = window
  }

  /** Records with one stage, or with one replica of it, at most. */
  window(stage: StageSpec): number {
    const { parallel, replica } = stage
    if (replica === undefined || parallel === undefined || parallel.mode === 'keyed')
      return this.#window
    const count = this.#active.get(replica.of) ?? replica.count
    const { inFlight = jobDefaults.parallel.unitsEach * count } = parallel
    return Math.max(1, Math.floor(inFlight / count)) * unitOf(stage)
  }

  /** The reader that an edge into a stage makes; undefined: the edges of more replicas belong to it. `from` names the output. */
  join(stage: StageSpec, input: string, from: string, edge: Edge): Outlet | undefined {
    const { parallel, replica } = stage
    if (replica === undefined || parallel === undefined) return edge
    const { mode } = parallel
    if ((mode === 'latestWins' || mode === 'race') && !this.contests.has(replica.of)) {
      this.contests.set(replica.of, new Contest(mode, replica.count))
    }
    const name = `${replica.of}/${input}/${from}`
    const edges = this.#edges.get(name) ?? []
    edges.push(edge)
    this.#edges.set(name, edges)
    if (edges.length < replica.count) return undefined
    const fan = this.over(stage, input, edges)
    this.#keep(replica.of, name, fan)
    return fan
  }

  /** The reader that the edges into all replicas of a stage make, those that came later too: nobody knows it before `keep`. */
  over(stage: StageSpec, input: string, edges: readonly Edge[]): KeyedFan | UnitFan {
    const { parallel, replica } = stage
    if (parallel?.mode === 'keyed') return new KeyedFan(edges, keyPartsOf(stage, input))
    const of = replica?.of ?? stage.id
    const inTurn = parallel?.mode === 'ordered'
    const contest = this.contests.get(of)
    return new UnitFan(edges, unitOf(stage), inTurn, contest, this.#active.get(of))
  }

  /** That one is the reader of the output of a replica more, to which so many barriers will not come any more. */
  keep(
    { id, replica }: StageSpec,
    input: string,
    from: string,
    fan: KeyedFan | UnitFan,
    passed: number,
  ): void {
    const of = replica?.of ?? id
    const name = `${of}/${input}/${from}`
    if (fan instanceof UnitFan) fan.barriers = passed
    this.#edges.set(name, [...fan.edges])
    this.#keep(of, name, fan)
  }

  /** The edge into one replica more of a stage without keys joins its others; `passed`: see `UnitFan.add`. */
  add(
    stage: StageSpec,
    read: { readonly from: string; readonly edge: Edge },
    passed: number,
  ): void {
    const { edge, from } = read
    const name = `${stage.replica?.of}/${edge.input}/${from}`
    this.#edges.get(name)?.push(edge)
    this.#units.get(name)?.add(edge, passed)
  }

  /** Whether several write what a stage without keys reads, those too that have retired: nobody knows in which order. */
  isMixed(stage: string): boolean {
    return (this.#unitsOf.get(stage)?.length ?? 0) > 1
  }

  /** Whether nothing more comes to any of the replicas of a stage. */
  isOver(stage: string): boolean {
    return (this.#unitsOf.get(stage) ?? []).every((fan) => fan.isOver)
  }

  /** From now on the first `count` replicas of a stage without keys get all records. `spec`: that of any of them. */
  resize(spec: StageSpec, count: number): void {
    const { of = spec.id } = spec.replica ?? {}
    this.#active.set(of, count)
    this.contests.get(of)?.resize(count)
    const window = this.window(spec)
    for (const fan of this.#unitsOf.get(of) ?? []) {
      for (const edge of fan.edges) edge.window = window
      fan.resize(count)
    }
  }

  #keep(of: string, name: string, fan: KeyedFan | UnitFan): void {
    if (!(fan instanceof UnitFan)) return
    this.#units.set(name, fan)
    this.#unitsOf.set(of, [...(this.#unitsOf.get(of) ?? []), fan])
  }
}

/** Records of a unit, at most: what crosses to another thread or process does so in batches. */
function unitOf({ batch = BATCH_MAX, parallel }: StageSpec): number {
  return (parallel?.runs ?? 'async') === 'async' ? 1 : Math.min(batch, BATCH_MAX)
}
