import { createManualRuntime, type ManualRuntime } from '@millrace/core'
import type { Batch, RecordContext, SinkFactory, StageInstance, StageScope } from '@millrace/sdk'
import { job, keyPart, listSink, stage } from '../job/engine-parts.test-support.ts'
import type { JobSpec, OutputRef, SourceSpec, StageSpec } from '../plan/job-spec.ts'
import type { ParallelSpec } from '../plan/parallel-spec.ts'
import type { Summary } from '../report/summary.ts'

export interface Row {
  readonly n: number
  readonly key: string
  readonly t: number
}

export const kinds = [
  'pass',
  'odd',
  'twice',
  'reject',
  'stall',
  'batch',
  'retry',
  'route',
  'two',
  'running',
  'totals',
  'tens',
] as const
export type Kind = (typeof kinds)[number]

/** A stage as it is drawn: what it cannot be, it is not. */
export interface StageShape {
  readonly kind: Kind
  readonly reads: readonly number[]
  readonly runs: ParallelSpec['runs'] | 'here'
  readonly workers: number
  readonly isOrdered: boolean
  readonly batch: number | undefined
}

export interface Shape {
  readonly sources: readonly (readonly Row[])[]
  readonly sizes: readonly number[]
  readonly waits: readonly number[]
  readonly stages: readonly StageShape[]
  readonly capacity: number
  /** Nothing waits for the end of the input. */
  readonly isClosed?: boolean
  /** A stage throws at this record, and the job fails. */
  readonly failsAt?: number
}

/** A stage of a graph, and what is known of the order of its results. */
interface Drawn extends Omit<StageShape, 'reads' | 'runs' | 'isOrdered'> {
  readonly id: string
  readonly from: readonly OutputRef[]
  readonly parallel: ParallelSpec | undefined
}

export interface Graph {
  readonly stages: readonly Drawn[]
  /** Outputs that nobody else reads. */
  readonly ends: readonly OutputRef[]
  /** Whose records come in the order of their source, in each of its jobs. */
  readonly inOrder: ReadonlySet<string>
}

const isKeyed = (kind: Kind): boolean => ['running', 'totals', 'tens'].includes(kind)

export function graphOf({ isClosed = false, sources, stages }: Shape): Graph {
  const outputs: OutputRef[] = sources.map((_, at) => ({ id: `source${at}`, output: 'out' }))
  const inOrder = new Set(outputs.map(({ id }) => id))
  const inTurns = new Set(inOrder)
  const read = new Set<OutputRef>()
  const drawn = stages.map(({ isOrdered, kind: wanted, reads, runs, ...shape }, at): Drawn => {
    const from = [...new Set(reads.map((pick) => outputs[pick % outputs.length] as OutputRef))]
    for (const ref of from) read.add(ref)
    const id = `stage${at}`
    const [first] = from as [OutputRef]
    const isLine = from.length === 1 && inOrder.has(first.id)
    // What these say depends on how their inputs met.
    const said = !isLine && (wanted === 'running' || wanted === 'tens') ? 'totals' : wanted
    const kind = isClosed && (said === 'totals' || said === 'tens') ? 'pass' : said
    const takesTurns = isOrdered && from.length === 1 && inTurns.has(first.id) && kind !== 'two'
    const mode = isKeyed(kind) ? 'keyed' : takesTurns ? 'ordered' : 'unordered'
    const parallel = runs === 'here' ? undefined : ({ workers: shape.workers, runs, mode } as const)
    const keepsTurns = parallel === undefined || mode === 'ordered'
    if (keepsTurns) inTurns.add(id)
    if (keepsTurns && isLine && kind !== 'two') inOrder.add(id)
    outputs.push({ id, output: 'out' })
    if (kind === 'route') outputs.push({ id, output: 'odd' })
    return { ...shape, id, kind, from, parallel }
  })
  return { stages: drawn, ends: outputs.filter((ref) => !read.has(ref)), inOrder }
}

const wait = (runtime: ManualRuntime, ms: number): Promise<void> =>
  new Promise((resolve) => void runtime.timer(ms, resolve))

/** The stages of a graph, with instances of their own. */
export function stagesOf(
  { stages }: Graph,
  runtime: ManualRuntime,
  { apart, failsAt }: { readonly apart: boolean; readonly failsAt: number | undefined },
): readonly StageSpec[] {
  return stages.map(({ batch, from, id, kind, parallel }) => {
    const inputs =
      kind === 'two'
        ? [
            { name: 'left', from: from.slice(0, 1) },
            { name: 'right', from: from.slice(-1) },
          ]
        : [{ name: 'in', from }]
    const traits = {
      inputs: inputs.map(({ name }) => name),
      outputs: { out: 'Results.', ...(kind === 'route' && { odd: 'Odd ones.' }) },
      keeps: isKeyed(kind) ? ('state' as const) : ('nothing' as const),
    }
    const backoff = { minMs: 1, maxMs: 1, factor: 1, jitter: 0 }
    const made = stage(id, '', (scope) => instanceOf(scope, kind, runtime, failsAt), {
      traits,
      batch,
      ...(isKeyed(kind) && { by: [keyPart('key')] }),
      ...(kind === 'retry' && { onError: { retry: { times: 5, backoff }, then: 'fail' as const } }),
      ...(apart && { parallel }),
    })
    return { ...made, inputs }
  })
}

function instanceOf(
  scope: StageScope,
  kind: Kind,
  runtime: ManualRuntime,
  failsAt: number | undefined,
): StageInstance {
  if (isKeyed(kind)) return keyedInstance(scope, kind)
  if (kind === 'two') return { on: { left: (row: Row) => row, right: (row: Row) => row } }
  if (kind === 'batch') {
    return {
      process: (row: Row) => (row.n === 5 ? undefined : row),
      processBatch(records, output) {
        for (let at = 0; at < records.length; at++) {
          if ((records.value(at) as Row).n !== 5) output.pass(at)
        }
      },
    }
  }
  let tries = 0
  return {
    process(row: Row, context: RecordContext) {
      const { n } = row
      if (n === failsAt) throw new RangeError('This one fails.')
      if (kind === 'odd') return n % 2 === 1 ? row : undefined
      if (kind === 'twice') context.emit(row)
      if (kind === 'reject' && n % 3 === 0) return context.reject('THREE', 'No.')
      if (kind === 'retry' && tries++ % 3 === 0) return context.reject('AGAIN', 'Not yet.')
      if (kind === 'route' && n % 2 === 1) return scope.outputs['odd']?.emit(row)
      return kind === 'stall' && n % 4 === 0 ? wait(runtime, n % 7).then(() => row) : row
    },
  }
}

/** Sums of keys: with each record, at the end, or in event time. */
function keyedInstance({ state, timers }: StageScope, kind: Kind): StageInstance {
  const sum = state.value<number>('sum', { initial: () => 0 })
  return {
    process(row: Row) {
      sum.set(sum.get() + row.n)
      if (kind === 'tens') timers.event.set(row.t - (row.t % 10) + 10, 'ten')
      return kind === 'running' ? { ...row, n: sum.get() } : undefined
    },
    onTimer({ at }, context) {
      context.emit({ n: sum.get(), key: String(context.key?.['key']), t: at })
    },
    onEnd(context) {
      if (kind !== 'totals') return
      for (const [key, n] of sum.entries()) {
        context.emit({ n, key: JSON.stringify(key), t: 0 }, { timestamp: 0 })
      }
    },
  }
}

function sourceOf(shape: Shape, runtime: ManualRuntime, at: number): SourceSpec {
  const rows = shape.sources[at] ?? []
  const create = () => ({
    async *read(_partition: string, _position: unknown, { signal }: { signal: AbortSignal }) {
      for (let start = 0, turn = 0; start < rows.length; turn++) {
        const ms = shape.waits[turn % shape.waits.length] ?? 0
        if (ms > 0) await wait(runtime, ms)
        if (signal.aborted) return
        const end = start + (shape.sizes[turn % shape.sizes.length] ?? 1)
        yield { values: rows.slice(start, end) }
        start = end
      }
    },
  })
  const traits = { name: 'rows', ends: true, replay: 'none' as const }
  const time = { timestamp: (row: unknown) => (row as Row).t, disorderMs: 4, description: 't' }
  return { id: `source${at}`, time, factory: { traits, create, dispose() {} } }
}

/** Takes a moment for some batches. */
function slowSink(ref: OutputRef, runtime: ManualRuntime) {
  const records: unknown[] = []
  const write = (batch: Batch): void | Promise<void> => {
    for (let at = 0; at < batch.length; at++) records.push(batch.value(at))
    return batch.length % 3 === 2 ? wait(runtime, 2) : undefined
  }
  const traits = { name: 'list', guarantee: 'None.' }
  const factory: SinkFactory = { traits, create: () => ({ write }), dispose() {} }
  return { id: `${ref.id}.${ref.output}`, from: [ref], factory, records }
}

/** The job of a graph; `apart`: with its workers. */
export function graphJob(shape: Shape, apart: boolean, runtime = createManualRuntime()) {
  const graph = graphOf(shape)
  const stages = (): readonly StageSpec[] =>
    stagesOf(graph, runtime, { apart, failsAt: shape.failsAt })
  const sinks = graph.ends.map((ref) => slowSink(ref, runtime))
  const dead = listSink('dead', [])
  const spec: JobSpec = job({
    sources: shape.sources.map((_, at) => sourceOf(shape, runtime, at)),
    stages: stages(),
    sinks,
    deadLetter: dead,
    ...(shape.failsAt === undefined && { errors: { atMost: 1, of: 10 } }),
    ...(shape.failsAt !== undefined && { onError: 'fail' as const }),
    mailbox: { capacity: shape.capacity },
  })
  const shown = (summary: Summary) => ({
    sinks: sinks.map(({ id, records }) => [
      id,
      graph.inOrder.has(id.slice(0, id.indexOf('.'))) ? [...records] : sorted(records),
    ]),
    dead: sorted(dead.records.map((letter) => (letter as { record: unknown }).record)),
    byCode: summary.deadLettersByCode,
    sources: summary.sources,
    stages: summary.stages,
    counts: summary.sinks,
  })
  return { spec, stages, runtime, shown }
}

const sorted = (values: readonly unknown[]): unknown[] =>
  values.map((value) => JSON.stringify(value)).toSorted()
