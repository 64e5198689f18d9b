import type { ActorSpec, ChildSpec } from '@millrace/core'

import { actor, type Beginning, CannotStart, same, type Stage } from './stage.ts'

interface Leaf {
  readonly id: string
  begins: Beginning
  readonly restart: 'permanent' | 'temporary'
}

const END_MS = 2000

/** Law 2, and children that have nothing to run: the first start of a tree, and its end. */
export function firstStart(stage: Stage): () => void {
  const { dice, log, simulation } = stage
  const leaves: Leaf[] = []
  const children: ChildSpec[] = []
  for (let left = dice.number(0, 3); left >= 0; left--) {
    const isGroup = dice.once(3)
    const own = Array.from({ length: isGroup ? dice.number(1, 3) : 1 }, () => leaf(stage, leaves))
    if (isGroup) children.push({ id: `g${left}`, strategy: strategyOf(stage), children: own })
    else children.push(...own)
  }
  const failing = dice.once(2) ? dice.pick(leaves) : undefined
  if (failing !== undefined) failing.begins = 'fails'
  const top = simulation.system.supervise({ id: 'top', strategy: strategyOf(stage), children })
  const outcome = top.started().then(
    () => 'started',
    (error: unknown) => error,
  )
  let told: unknown = 'nothing'
  void outcome.then((value) => (told = value))
  let atRest: readonly string[] = []
  let atEnd: number | undefined
  simulation.runtime.timer(END_MS, () => {
    atRest = top.whichChildren().map(({ id, state }) => `${id} ${state}`)
    atEnd = log.length
    void top.stop()
  })
  return () => {
    const last = failing === undefined ? leaves.length - 1 : leaves.indexOf(failing)
    const begun = leaves.slice(0, last + 1)
    const starts = begun.flatMap(({ id, begins }) => [`starts ${id}`, `${begins} ${id}`])
    const running = begun.filter(({ begins }) => begins === 'runs')
    const stops = running.toReversed().flatMap(({ id }) => [`stops ${id}`, `stopped ${id}`])
    same('law 2: starts and stops', log, [...starts, ...stops])
    same('law 2: restarts spent', top.inspect().budget.restarts, [])
    if (failing === undefined) {
      same('told', told, 'started')
      same('nothing stops before the end', atEnd, starts.length)
      same(
        'kept specifications',
        atRest,
        children.flatMap((child) => stateOf(child, leaves)),
      )
    } else if (rootCause(told) !== failing.id) {
      throw new Error(`law 2: ${failing.id} cannot start, and told is ${String(told)}`)
    }
  }
}

function leaf(stage: Stage, leaves: Leaf[]): ActorSpec<string> {
  const { dice } = stage
  const made: Leaf = {
    id: `a${leaves.length}`,
    begins: dice.once(4) ? 'ignores' : 'runs',
    restart: dice.pick(['permanent', 'temporary']),
  }
  leaves.push(made)
  return { ...actor(stage, { id: made.id, begins: () => made.begins }), restart: made.restart }
}

/** A child as it is listed; one that is temporary and has nothing to run is gone. */
function stateOf({ id }: ChildSpec, leaves: readonly Leaf[]): readonly string[] {
  const own = leaves.find((each) => each.id === id)
  if (own?.begins !== 'ignores') return [`${id} running`]
  return own.restart === 'temporary' ? [] : [`${id} stopped`]
}

function strategyOf({ dice }: Stage): 'oneForOne' | 'oneForAll' | 'restForOne' {
  return dice.pick(['oneForOne', 'oneForAll', 'restForOne'])
}

function rootCause(error: unknown): string | undefined {
  if (error instanceof CannotStart) return error.message
  return error instanceof Error ? rootCause(error.cause) : undefined
}
