import { BATCH_MAX, type SourceFactory } from '@millrace/sdk'

/** One value and the name of the source that gives it. */
export interface Turn {
  readonly from: string
  readonly value: unknown
}

/**
 * Sources that take turns, one per name: what they give comes in the order of `turns`, in batches of at most the sizes that take
 * turns too, and none ends before all have given theirs. `atEnd` is called then, once.
 */
export function turnSources(
  names: readonly string[],
  turns: readonly Turn[],
  options: {
    readonly ends: boolean
    readonly batch: number | readonly number[] | undefined
    readonly atEnd: () => void
  },
): readonly SourceFactory[] {
  const runs = cut(turns, [options.batch ?? BATCH_MAX].flat())
  let next = 0
  let wake: () => void = () => undefined
  let moved = new Promise<void>((resolve) => (wake = resolve))
  let isOver = false
  const move = (): void => {
    next++
    wake()
    moved = new Promise((resolve) => (wake = resolve))
  }
  async function* read(name: string): AsyncGenerator<{ readonly values: readonly unknown[] }> {
    while (next < runs.length) {
      const run = runs[next]
      if (run?.from === name) {
        yield { values: run.values }
        // Asked for more: the batch is on its way, so the next one stands behind it.
        move()
      } else await moved
    }
    if (isOver) return
    isOver = true
    options.atEnd()
  }
  return names.map((name) => ({
    traits: { name: 'turns', ends: options.ends, replay: 'none' as const },
    create: () => ({ read: () => read(name) }),
    dispose: () => undefined,
  }))
}

/** Neighbors of one source together, at most as many as the size whose turn it is. */
function cut(
  turns: readonly Turn[],
  sizes: readonly number[],
): readonly { readonly from: string; readonly values: readonly unknown[] }[] {
  const runs: { from: string; values: unknown[] }[] = []
  for (const { from, value } of turns) {
    const last = runs.at(-1)
    const size = sizes[(runs.length - 1) % sizes.length] ?? BATCH_MAX
    const most = Math.max(1, Math.min(BATCH_MAX, size))
    if (last?.from === from && last.values.length < most) last.values.push(value)
    else runs.push({ from, values: [value] })
  }
  return runs
}
