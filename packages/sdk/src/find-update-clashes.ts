import type { SinkTraits } from './define-sink.ts'
import type { StageTraits } from './define-stage.ts'

interface Ref {
  readonly id: string
  readonly output: string
}

/** The parts of a job as far as update edges matter; stages stand behind what they read. */
interface Parts<Stage, Sink> {
  readonly stages: readonly (Stage & {
    readonly id: string
    readonly inputs: readonly { readonly from: readonly Ref[] }[]
    readonly factory: { readonly traits: Pick<StageTraits, 'updates'> }
  })[]
  readonly sinks: readonly (Sink & {
    readonly id: string
    readonly from: readonly Ref[]
    readonly factory: { readonly traits: Pick<SinkTraits, 'takesUpdates'> }
  })[]
}

/** An output whose results replace earlier ones, and a reader that takes no such. */
export interface UpdateClash<Part> {
  readonly writer: string
  readonly reader: Part
}

/** All readers that are given results which replace earlier ones and take no such. Late records are no results. */
export function findUpdateClashes<Stage, Sink>({
  stages,
  sinks,
}: Parts<Stage, Sink>): readonly UpdateClash<Stage | Sink>[] {
  const updating = new Set<string>()
  const clashes: UpdateClash<Stage | Sink>[] = []
  const isUpdate = ({ id, output }: Ref): boolean => updating.has(id) && output !== 'late'
  for (const stage of stages) {
    const { makes = false, takes = true } = stage.factory.traits.updates ?? {}
    const writer = stage.inputs.flatMap(({ from }) => from).find(isUpdate)
    if (writer !== undefined && !takes) clashes.push({ writer: writer.id, reader: stage })
    if (makes || writer !== undefined) updating.add(stage.id)
  }
  for (const sink of sinks) {
    const writer = sink.from.find(isUpdate)
    const takes = sink.factory.traits.takesUpdates !== false
    if (writer !== undefined && !takes) clashes.push({ writer: writer.id, reader: sink })
  }
  return clashes
}
