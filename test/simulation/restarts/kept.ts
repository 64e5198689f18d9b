import type { ActorRef } from '@millrace/core'

import { actor, count, same, type Stage } from './stage.ts'

const LAST_MS = 3000

/** Law 25: children end before their parent is made anew, or are kept as they are and end with it. */
export function kept(stage: Stage): () => void {
  const { dice, log, simulation } = stage
  const { runtime, system } = simulation
  const keepChildren = dice.once(2)
  const ids = Array.from({ length: dice.number(1, 3) }, (_, index) => `c${index}`)
  const told = new Map(ids.map((id) => [id, [] as number[]]))
  const refs = new Map<string, Set<ActorRef<string>>>(ids.map((id) => [id, new Set()]))
  const failsOneIn = dice.pick([1000, 2])
  let parent: ActorRef<string> | undefined
  let attempts = 0
  const spec = actor(stage, {
    id: 'parent',
    begins(context) {
      parent = context.self
      if (attempts++ > 0 && dice.once(failsOneIn)) return 'fails'
      for (const id of ids) {
        let messages = 0
        const child = actor(stage, { id, receives: () => void told.get(id)?.push(++messages) })
        const ref = context.spawn(child)
        refs.get(id)?.add(ref)
        ref.tell('count')
      }
      return 'runs'
    },
    receives() {
      throw new Error('crash')
    },
  })
  const strategy = dice.pick(['oneForOne', 'oneForAll', 'restForOne'] as const)
  const other = actor(stage, {
    id: 'other',
    begins({ self }) {
      refs.set('other', new Set([self]))
      return 'runs'
    },
    receives() {
      throw new Error('crash')
    },
  })
  const children = [other, { ...spec, keepChildren }]
  const top = system.supervise({ id: 'top', strategy, intensity: Infinity, children })
  for (let left = dice.number(0, 6); left > 0; left--) {
    const isOther = dice.once(3)
    runtime.timer(dice.number(1, LAST_MS / 2), () => {
      const ref = isOther ? [...(refs.get('other') ?? [])][0] : parent
      ref?.tell('crash')
    })
  }
  runtime.timer(LAST_MS, () => void top.stop())
  return () => {
    const lives = count(log, 'runs parent')
    for (const id of ids) {
      const counts = told.get(id) ?? []
      if (keepChildren) {
        same(`law 25: ${id} is made`, [count(log, `starts ${id}`), refs.get(id)?.size], [1, 1])
        same(
          `law 25: ${id} counts`,
          counts,
          Array.from({ length: lives }, (_, index) => index + 1),
        )
      } else {
        same(`law 25: ${id} is known as`, refs.get(id)?.size, lives)
        // One whose parent crashed at once may not have come to it.
        same(
          `law 25: ${id} counts`,
          counts,
          counts.map(() => 1),
        )
      }
      same(`law 25: ${id} has ended`, count(log, `stopped ${id}`), count(log, `runs ${id}`))
      checkPlace(log, id, keepChildren)
    }
  }
}

/** No child is there when its parent starts or stops: all have ended, but those that are kept over a restart. */
function checkPlace(log: readonly string[], id: string, keepChildren: boolean): void {
  const lastStop = log.lastIndexOf('stops parent')
  let isThere = false
  for (const [line, text] of log.entries()) {
    if (text === `runs ${id}`) isThere = true
    if (text === `stopped ${id}`) isThere = false
    const mayBeThere = keepChildren && line !== lastStop
    if (isThere && !mayBeThere && (text === 'starts parent' || text === 'stops parent')) {
      throw new Error(`law 25: "${text}", and ${id} is there`)
    }
  }
}
