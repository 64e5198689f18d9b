/** A stage, as far as the order of its results goes. */
export interface OrderedStage {
  readonly id: string
  readonly inputs: readonly { readonly from: readonly { readonly id: string }[] }[]
  readonly parallel?: { readonly workers: number; readonly mode: string } | undefined
}

/**
 * Why a stage that is to give results in the order of its records cannot do so with several workers, as the end of a sentence; undefined: it
 * can, or it is not to. `stages`: those of its job; `parks`: whether its records that fail wait.
 */
export function whyUnordered(
  { inputs, parallel }: OrderedStage,
  stages: readonly OrderedStage[],
  parks: boolean,
): string | undefined {
  if (parallel?.mode !== 'ordered' || parallel.workers === 1) return undefined
  const from = inputs.flatMap((input) => input.from)
  if (from.length > 1) return 'reads several outputs, whose records come in no order'
  const before = stages.find(({ id }) => id === from[0]?.id)
  const mode = (before?.parallel?.workers ?? 1) > 1 ? before?.parallel?.mode : undefined
  if (mode !== undefined && mode !== 'ordered' && mode !== 'serial') {
    return `reads "${before?.id}", whose results come in no order`
  }
  return parks ? 'parks records that fail, which come back in no order' : undefined
}
