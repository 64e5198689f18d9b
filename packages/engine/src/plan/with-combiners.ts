import { PARTIALS, type StageInstance } from '@millrace/sdk'
import { combinedStages } from './check-parallel.ts'
import type { JobSpec, KeyPart, StageSpec } from './job-spec.ts'
import { combinerId } from './parallel-spec.ts'

type Halves = NonNullable<StageSpec['factory']['combined']>
/** One whose key is read in the same way whatever the input. */
type Keyed = StageSpec & { readonly by?: readonly KeyPart[] | undefined }

/**
 * The same job in which a stage that comes in two halves is both of them, where all that it reads is of one source with several workers: the first
 * half runs beside each worker and folds together what has the same key, so that less crosses to the second. Gives back the spec itself where there is
 * no such stage.
 */
export function withCombiners(spec: JobSpec): JobSpec {
  const combined = combinedStages(spec)
  if (combined.size === 0) return spec
  const stages = spec.stages.flatMap((stage) => {
    const halves = combined.has(stage.id) ? stage.factory.combined : undefined
    return halves === undefined ? [stage] : halvesOf(stage as Keyed, halves, spec)
  })
  return { ...spec, stages }
}

/** A first half in the thread of the second: nothing crosses, so that to fold twice would only cost. It hands on all. */
export function handingOn(half: StageSpec): StageSpec {
  const create = (): StageInstance => ({
    process: (record) => record,
    processBatch({ length }, output) {
      for (let index = 0; index < length; index++) output.pass(index)
      return length
    },
  })
  return { ...half, by: undefined, handsOn: true, factory: { ...half.factory, create } }
}

function halvesOf(stage: Keyed, { after, before }: Halves, spec: JobSpec): readonly StageSpec[] {
  const { by = [], expects, id, inputs, timeoutMs, where } = stage
  const [input] = inputs as readonly [StageSpec['inputs'][number]]
  const first = combinerId(id)
  const from = (output: string) => [{ id: first, output }]
  const partials = by.map(({ description, name }): KeyPart => {
    return { name, description, read: (record) => (record as { key: never }).key[name] }
  })
  return [
    {
      id: first,
      where,
      factory: before,
      inputs,
      by,
      expects,
      timeoutMs,
      // What fails it hands on.
      onError: 'fail',
      needed: neededOf(
        input.from.map((ref) => ref.id),
        spec,
      ),
      isHalf: true,
    },
    {
      ...stage,
      factory: after,
      inputs: [
        { ...input, from: from('out') },
        { name: PARTIALS, from: from(PARTIALS) },
      ],
      by: by.length === 0 ? undefined : { [input.name]: by, [PARTIALS]: partials },
      expects: undefined,
    },
  ]
}

/** What anyone looks at behind these; undefined: all, also where one of them is a source. */
function neededOf(ids: readonly string[], { stages }: JobSpec): readonly string[] | undefined {
  const all = ids.map((id) => stages.find((stage) => stage.id === id)?.needed)
  return all.every((one) => one !== undefined) ? all.flat() : undefined
}
