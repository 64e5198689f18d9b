import type { ActorRef, Backoff, Strategy, SupervisorSpec } from '@millrace/core'

import { actor, count, same, type Stage } from './stage.ts'

const backoffs: readonly (Backoff | undefined)[] = [undefined, { minMs: 5, maxMs: 30, jitter: 0.5 }]

/** Law 12: a child that always fails starts I + 1 times in each life of its supervisor. */
export function alwaysFails(stage: Stage): () => void {
  const { dice, log, simulation } = stage
  const { system } = simulation
  const [outer, inner] = [dice.number(0, 3), dice.number(0, 3)]
  const delayMs = dice.pick([0, 5, 50])
  // After the first start of a life it may also be the start that fails.
  const failsToStart = dice.once(2)
  const backoff = dice.pick(backoffs)
  const bad = actor(stage, {
    id: 'bad',
    begins({ incarnation, timers }) {
      if (failsToStart && incarnation > 1) return 'fails'
      timers.once('crash', delayMs, 'crash')
      return 'runs'
    },
    receives() {
      throw new Error('crash')
    },
  })
  const around = (strategy: Strategy, child: SupervisorSpec['children']) => {
    const others = (side: string) =>
      Array.from({ length: dice.number(0, 2) }, (_, index) =>
        actor(stage, { id: `${side}${index}` }),
      )
    return { strategy, children: [...others('before'), ...(child ?? []), ...others('after')] }
  }
  const strategies = ['oneForOne', 'oneForAll', 'restForOne'] as const
  const group = {
    id: 'group',
    intensity: inner,
    periodMs: Infinity,
    ...around(dice.pick(strategies), [{ ...bad, ...(backoff === undefined ? {} : { backoff }) }]),
  }
  const escalations: string[] = []
  system.events.on('escalated', ({ path }) => void escalations.push(path))
  system.supervise({
    id: 'top',
    intensity: outer,
    periodMs: Infinity,
    ...around(dice.pick(strategies), [group]),
  })
  return () => {
    same('law 12: starts', count(log, 'starts bad'), (outer + 1) * (inner + 1))
    const expected = Array.from({ length: outer + 1 }, () => `${system.name}/top/group`)
    same('law 12: lives', escalations, [...expected, `${system.name}/top`])
    same('law 15: left', system.inspect(), [])
  }
}

/** Law 13: failures of which no period holds more than I are all granted, for ever. */
export function spaced(stage: Stage): () => void {
  const { dice, log, simulation } = stage
  const { runtime, system } = simulation
  const [intensity, periodMs] = [dice.number(1, 4), dice.pick([10, 100, 1000])]
  const strategy = dice.pick(['oneForOne', 'oneForAll', 'restForOne'] as const)
  const refs = new Map<string, ActorRef<string>>()
  const ids = Array.from({ length: dice.number(1, 4) }, (_, index) => `c${index}`)
  const children = ids.map((id) =>
    actor(stage, {
      id,
      // A crash must come when it is due.
      takesMs: 0,
      begins({ self }) {
        refs.set(id, self)
        return 'runs'
      },
      receives() {
        throw new Error('crash')
      },
    }),
  )
  const escalations: string[] = []
  system.events.on('escalated', ({ path }) => void escalations.push(path))
  const top = system.supervise({ id: 'top', strategy, intensity, periodMs, children })
  const failures: { readonly atMs: number; readonly index: number }[] = []
  for (let left = dice.number(5, 40); left > 0; left--) {
    const afterMs = dice.pick([1, 2, periodMs / 2, periodMs])
    const before = failures.at(-intensity)?.atMs ?? -Infinity
    const atMs = Math.max((failures.at(-1)?.atMs ?? 0) + afterMs, before + periodMs + 1)
    const index = dice.number(0, ids.length - 1)
    failures.push({ atMs, index })
    runtime.timer(atMs, () => refs.get(ids[index] ?? '')?.tell('crash'))
  }
  let state = ''
  runtime.timer((failures.at(-1)?.atMs ?? 0) + 1, () => {
    ;({ state } = top.inspect())
    void top.stop()
  })
  return () => {
    same('law 13: given up', escalations, [])
    same('law 13: state', state, 'running')
    for (const [own, id] of ids.entries()) {
      const drawn = failures.filter(({ index }) => {
        return (
          index === own || strategy === 'oneForAll' || (strategy === 'restForOne' && index < own)
        )
      })
      same(`law 13: starts of ${id}`, count(log, `starts ${id}`), 1 + drawn.length)
    }
  }
}

/** Law 14: tries to start again cost one each, and give way to a stop. */
export function stopped(stage: Stage): () => void {
  const { dice, log, simulation } = stage
  const { system } = simulation
  const intensity = dice.number(0, 40)
  const bad = actor(stage, {
    id: 'bad',
    begins({ incarnation, self }) {
      if (incarnation > 1) return 'fails'
      self.tell('crash')
      return 'runs'
    },
    receives() {
      throw new Error('crash')
    },
  })
  const strategy = dice.pick(['oneForOne', 'oneForAll', 'restForOne'] as const)
  const others = Array.from({ length: dice.number(0, 2) }, (_, index) =>
    actor(stage, { id: `after${index}` }),
  )
  const top = system.supervise({ id: 'top', strategy, intensity, children: [bad, ...others] })
  let asked: { readonly begun: number; readonly line: number } | undefined
  const stopper = system.spawn<number>({
    id: 'stopper',
    create: (context) => ({
      receive(hops) {
        if (hops > 0) {
          context.self.tell(hops - 1)
          return
        }
        asked = { begun: count(log, 'starts bad'), line: log.length }
        void top.stop()
      },
    }),
  })
  stopper.tell(dice.number(0, 60))
  return () => {
    const later = log.slice(asked?.line).filter((line) => line.startsWith('starts'))
    same('law 14: starts after the stop', later, [])
    const begun = count(log, 'starts bad')
    if (begun > intensity + 1) throw new Error(`law 14: ${begun} starts, of ${intensity} restarts`)
    same(
      'law 14: left',
      system.inspect().map(({ id }) => id),
      ['stopper'],
    )
  }
}
