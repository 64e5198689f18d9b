import type { ActorRef } from '../actor.ts'
import type { Chooser } from './chooser.ts'
import { mix, stableHash } from './stable-hash.ts'

const slotBits = 12
/** How many slots the keys fall into. */
export const slotCount: number = 2 ** slotBits
const nobody = 0xffff

/**
 * Consistent hashing: a key falls into one of 4,096 slots, and a slot belongs to the routee with the largest weight, a hash of
 * the routee's path and the slot (rendezvous hashing). So who owns a slot depends on the set of routees alone: when one
 * leaves, its own slots move and no others; when one comes, slots move to it and nowhere else.
 */
export class HashSlots<M> implements Chooser<M> {
  readonly #keyOf: (message: M) => string | number
  /** Indices of routees, by slot. */
  readonly #owners = new Uint16Array(slotCount).fill(nobody)

  constructor(keyOf: (message: M) => string | number) {
    this.#keyOf = keyOf
  }

  choose(message: M): number {
    return this.#owners[stableHash(this.#keyOf(message)) >>> (32 - slotBits)] ?? nobody
  }

  changed(before: readonly ActorRef<M>[], after: readonly ActorRef<M>[]): void {
    const indexOf = new Map(after.map((routee, index) => [routee, index]))
    const moved = before.map((routee) => indexOf.get(routee) ?? nobody)
    const everyone = [...after.keys()]
    const stayed = new Set(moved)
    const newcomers = everyone.filter((index) => !stayed.has(index))
    const seeds = after.map((routee) => stableHash(routee.path))
    for (let slot = 0; slot < slotCount; slot++) {
      const kept = moved[this.#owners[slot] ?? nobody] ?? nobody
      const rivals = kept === nobody ? everyone : newcomers
      this.#owners[slot] = winner(slot, kept, rivals, seeds, after)
    }
  }
}

/** The heaviest of the present owner and its rivals; equal weights go to the path that sorts last. */
function winner(
  slot: number,
  kept: number,
  rivals: readonly number[],
  seeds: readonly number[],
  routees: readonly { readonly path: string }[],
): number {
  let best = kept
  let bestWeight = weight(seeds[kept], slot)
  for (const rival of rivals) {
    const rivalWeight = weight(seeds[rival], slot)
    if (rivalWeight < bestWeight) continue
    if (rivalWeight === bestWeight && pathOf(routees, rival) <= pathOf(routees, best)) continue
    best = rival
    bestWeight = rivalWeight
  }
  return best
}

function weight(seed: number | undefined, slot: number): number {
  return seed === undefined ? -1 : mix(seed ^ mix(slot + 1)) >>> 0
}

function pathOf(routees: readonly { readonly path: string }[], index: number): string {
  return routees[index]?.path ?? ''
}
