/**
 * How the next cell is chosen.
 * `uniform`: each ready one is as likely. `priority`: each has a random priority that changes a few times, which finds
 * bugs that need few but unlikely switches. `swarm`: one of these by seed, with a random half of the kinds of faults.
 */
export type Mode = (typeof modes)[number]

/** All modes. */
export const modes = ['uniform', 'priority', 'swarm'] as const

const CHANGE_POINTS = 3
// Change points lie anywhere between the first turn and this one, small numbers as likely as large ones.
const TURNS_SPAN = 10_000

/** Proposes the index of the next cell among those that are ready. */
export type Scheduler = (ready: readonly object[]) => number

/** Makes the scheduler of a mode; `chance` decides. */
export function createScheduler(mode: Mode, chance: () => number): Scheduler {
  if (mode === 'swarm') return createScheduler(chance() < 0.5 ? 'uniform' : 'priority', chance)
  if (mode === 'uniform') return (ready) => Math.floor(chance() * ready.length)
  return byPriority(chance)
}

function byPriority(chance: () => number): Scheduler {
  const priorities = new Map<object, number>()
  const changes = new Set<number>()
  for (let count = 0; count < CHANGE_POINTS; count++) {
    changes.add(Math.floor(TURNS_SPAN ** chance()))
  }
  let turn = 0
  let lowest = 0
  return (ready) => {
    let best = 0
    let highest = -Infinity
    for (const [index, cell] of ready.entries()) {
      let priority = priorities.get(cell)
      if (priority === undefined) {
        priority = chance()
        priorities.set(cell, priority)
      }
      if (priority > highest) {
        highest = priority
        best = index
      }
    }
    const chosen = ready[best]
    if (changes.has(++turn) && chosen !== undefined) priorities.set(chosen, --lowest)
    return best
  }
}
