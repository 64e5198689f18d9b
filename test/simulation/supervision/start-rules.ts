import type { Branch, Leaf, Life } from './nodes.ts'
import { delayOf, isRestartable } from './restart-rules.ts'

/** What a start may look at. */
interface Watcher {
  readonly nowMs: number
  leftAt(path: string): readonly Leaf[]
  aliveAt(path: string): string[]
}

/** The laws that the start of an incarnation breaks. */
export function* startFaults(watcher: Watcher, leaf: Leaf, incarnation: number): Generator<string> {
  const { owner, parent, parentLife, path } = leaf
  const alive = watcher.aliveAt(path)
  if (alive.length > 0) yield `law 24: ${path} starts beside ${alive.join(', ')}`
  if (parent !== undefined) {
    const isOfEarlier = parent.life !== parentLife || parentLife?.isGone !== false
    if (isOfEarlier && !parent.plan.keepsChildren) yield `law 15: ${path} starts as an orphan`
    return
  }
  if (owner === undefined) return
  const index = owner.children.indexOf(leaf)
  if (index < 0) {
    yield `law 16: ${path} belongs to an earlier life of its supervisor`
    return
  }
  const { life } = leaf
  const isNewLife = index === 0 && incarnation === 1 && owner.plan.strategy !== 'dynamic'
  if (isNewLife) yield* beginLife(watcher, owner)
  else if (incarnation !== (life?.incarnation ?? 0) + 1) {
    yield `law 8: ${path} has incarnation ${incarnation} after ${life?.incarnation ?? 0}`
  }
  const isAgain = incarnation > 1
  if (isAgain && leaf.plan.restart === 'temporary' && leaf.command === undefined) {
    yield `law 7: ${path} is temporary and starts again`
  }
  if (owner.hasGroups) yield* startInGroup(watcher, owner, index, isNewLife)
  else {
    yield* startAlone(owner, leaf, life, isAgain)
    if (isAgain && leaf.command === undefined) yield* startLater(watcher, leaf, life)
  }
}

/** The first child starts for the first time: so does the life of its supervisor. */
function* beginLife(watcher: Watcher, branch: Branch): Generator<string> {
  const alive = watcher.leftAt(branch.path).map((leaf) => leaf.path)
  if (alive.length > 0) yield `law 16: ${alive.join(', ')} outlived a life of ${branch.path}`
  const { owner } = branch
  const isAgain = owner?.isUp === true
  branch.renew()
  if (owner === undefined) return
  const index = owner.children.indexOf(branch)
  if (owner.hasGroups) yield* startInGroup(watcher, owner, index, false)
  else if (isAgain) {
    owner.isVague = true
    if (owner.drawnAlong.size > 0) {
      yield `law 8: ${branch.path} starts though ${namesOf(owner)} ended without a failure`
    }
  }
}

function* startAlone(
  owner: Branch,
  leaf: Leaf,
  last: Life | undefined,
  isAgain: boolean,
): Generator<string> {
  const { path, plan } = leaf
  if (owner.drawnAlong.size > 0) {
    yield `law 8: ${path} starts though ${namesOf(owner)} ended without a failure`
  }
  if (!isAgain) {
    yield* startInOrder(owner, owner.children.indexOf(leaf), 0)
    return
  }
  if (leaf.command !== undefined || last === undefined) return
  if (last.selfEnd === undefined) yield `law 8: ${path} starts again though it did not fail`
  else if (!isRestartable(last))
    yield `law 6: ${path} (${plan.restart}) starts after ${last.selfEnd}`
  else if (last.mayRestart === false && !last.isTied && !owner.isVague) {
    yield `law 11: ${path} starts though its supervisor had ${owner.plan.intensity} restarts`
  }
}

/** A restart waits as long as the backoff says. */
function* startLater(watcher: Watcher, leaf: Leaf, last: Life | undefined): Generator<string> {
  const { path, plan } = leaf
  if (plan.backoff === undefined) return
  if (leaf.delays === undefined || last?.goneMs === undefined) {
    leaf.delays = undefined
    return
  }
  const { minMs, maxMs, resetAfterMs = (minMs + maxMs) / 2 } = plan.backoff
  const livedMs = (last.overMs ?? 0) - last.upMs
  if (last.wasUp && livedMs >= resetAfterMs) leaf.delays = 0
  const [leastMs, mostMs] = delayOf(leaf) ?? [0, Infinity]
  const delayMs = watcher.nowMs - last.goneMs
  // Times are sums of fractions.
  if (delayMs < leastMs - 1e-6 || delayMs > mostMs + 1e-6) {
    yield `law 19: ${path} waited ${delayMs} ms, not ${leastMs} to ${mostMs} (delay ${leaf.delays})`
  }
  leaf.delays++
}

function* startInGroup(
  watcher: Watcher,
  owner: Branch,
  index: number,
  isNewLife: boolean,
): Generator<string> {
  if (isNewLife || index > owner.lastIndex) {
    owner.lastIndex = index
    if (owner.drawnAlong.size > 0) {
      yield `law 9: ${owner.path} starts child ${index} though ${namesOf(owner)} ended meanwhile`
    }
    yield* startInOrder(owner, index, owner.sequenceFrom)
    return
  }
  // Back to an earlier child, or the same: a group starts again.
  const { plan } = owner
  owner.lastIndex = index
  owner.sequence++
  owner.sequenceFrom = index
  owner.granted++
  if (owner.granted > plan.intensity) {
    yield `law 11: ${owner.path} restarts ${owner.granted} times, with ${plan.intensity} granted`
  }
  const from = plan.strategy === 'oneForAll' ? 0 : index
  const group = owner.children.slice(from)
  const alive = group.flatMap((child) => watcher.aliveAt(child.path))
  if (alive.length > 0) yield `law 9: ${owner.path} starts ${index} beside ${alive.join(', ')}`
  const before = [...owner.drawnAlong].filter((each) => each < from)
  if (before.length > 0) yield `law 10: ${owner.path} ended ${before.join(', ')} before ${from}`
  owner.drawnAlong.clear()
}

/** Each child starts after the one before has said that it runs. */
function* startInOrder(owner: Branch, index: number, from: number): Generator<string> {
  if (owner.plan.strategy === 'dynamic') return
  for (const child of owner.children.slice(from, index)) {
    if (child.kind === 'supervisor' || (from > 0 && child.plan.restart === 'temporary')) continue
    const { life } = child
    const wasUp =
      (life?.wasUp === true || life?.isIgnored === true) && life.sequence === owner.sequence
    // A restart by itself, one for one, is a later sequence of nobody.
    if (wasUp || (life !== undefined && life.incarnation > 1 && !owner.hasGroups)) continue
    if (child.plan.restart === 'temporary' && owner.sequence > 1 && owner.granted > 0) continue
    yield `law 1: ${owner.path} starts child ${index} before ${child.path} runs`
  }
}

function namesOf(owner: Branch): string {
  return [...owner.drawnAlong].map((index) => owner.children[index]?.plan.id).join(', ')
}
