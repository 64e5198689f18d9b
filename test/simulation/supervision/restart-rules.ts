import type { Leaf, Life } from './nodes.ts'

/** The restart table: type and manner of the end alone decide. */
export function isRestartable({ leaf, selfEnd }: Life): boolean {
  const { restart } = leaf.plan
  return restart === 'permanent' || (restart === 'transient' && selfEnd !== 'exit')
}

/** Books the delay of a restart in ms: the least and the most it may be; undefined where nobody can say. */
export function delayOf({ plan, delays }: Leaf): readonly [number, number] | undefined {
  const { backoff } = plan
  if (backoff === undefined || delays === undefined) return undefined
  const { minMs, maxMs, factor = 2, jitter = 0 } = backoff
  const leastMs = Math.min(maxMs, minMs * factor ** delays)
  return [leastMs, Math.min(maxMs, leastMs * (1 + jitter))]
}

/** Books a try of a child, refused or not; true if the budgets of supervisor and child allow it. */
export function grants(leaf: Leaf, nowMs: number): boolean {
  const { owner, plan } = leaf
  if (owner === undefined) return false
  const book = (tries: readonly number[], periodMs: number): number[] => [
    ...tries.filter((triedMs) => nowMs - triedMs <= periodMs),
    nowMs,
  ]
  owner.tries = book(owner.tries, owner.plan.periodMs)
  const isWithin = owner.tries.length <= owner.plan.intensity
  if (plan.budget === undefined) return isWithin
  leaf.tries = book(leaf.tries, plan.budget.periodMs)
  return isWithin && leaf.tries.length <= plan.budget.intensity
}
