import type { ActorContext, ActorRef, ActorSpec, ChildState, RestartType } from '@millrace/core'
import { expect, it } from 'vitest'
import { faultKinds, type FaultKind } from '../simulate/faults.ts'
import type { Simulation } from '../simulate/simulate.ts'
import { checkDeterminism } from './check-determinism.ts'
import { explore } from './explore.ts'

type Job =
  | { readonly kind: 'pass' | 'slow' | 'stash' | 'fail' | 'spawn' | 'batch'; readonly hops: number }
  | { readonly kind: 'ask'; readonly reply: (value: number) => void }
  | { readonly kind: 'tick' | 'gone' }

const kinds = ['pass', 'slow', 'stash', 'fail', 'spawn'] as const
const strategies = ['oneForOne', 'oneForAll', 'restForOne'] as const
const restarts: readonly RestartType[] = ['permanent', 'transient', 'temporary']
const overflows = ['dropOldest', 'dropNewest', 'fail'] as const

/** An actor that does a bit of everything a message may ask for. */
function worker(sim: Simulation, id: string, peers: () => ActorRef<Job>[]): ActorSpec<Job> {
  const pick = <T>(list: readonly T[]): T => list[sim.amount(list.length - 1)] as T
  const next = (): ActorRef<Job> | undefined => peers()[sim.amount(peers().length - 1)]
  const handle = async (job: Job, context: ActorContext<Job>): Promise<void> => {
    if (job.kind === 'slow') await sim.sleep(sim.amount(50))
    const peer = next()
    if (peer === undefined || !('hops' in job) || job.hops === 0) return
    await peer.ask<number>((reply) => ({ kind: 'ask', reply }), { timeoutMs: 200 }).catch(() => 0)
    if (!context.signal.aborted) peer.tell({ kind: pick(kinds), hops: job.hops - 1 })
  }
  return {
    id,
    restart: pick(restarts),
    redeliver: sim.amount(2),
    shutdownMs: pick([0, 100, 5000]),
    mailbox: { capacity: 2 + sim.amount(6), overflow: pick(overflows) },
    create: (context) => {
      context.timers.once('tick', 300, { kind: 'tick' })
      return {
        receive(job) {
          if (job.kind === 'ask') return job.reply(1)
          if (job.kind === 'fail') throw new Error('asked to fail')
          if (job.kind === 'stash') return context.stash()
          if (job.kind === 'tick') return context.unstashAll()
          if (job.kind === 'gone') return context.stop()
          if (job.kind === 'spawn') {
            const child = context.spawn<Job>(
              worker(sim, `child-${sim.elapsedMs}-${sim.turns}`, peers),
            )
            context.watch(child, () => ({ kind: 'tick' }))
            child.tell({ kind: 'pass', hops: 1 })
            return undefined
          }
          return handle(job, context)
        },
      }
    },
  }
}

interface World {
  readonly seen: ReadonlySet<string>
  readonly unanswered: number
}

/** Supervised workers under load, with faults; then the faults stop and the system is stopped. */
async function soak(sim: Simulation): Promise<World> {
  const seen = new Set<string>()
  for (const name of ['restarted', 'escalated', 'deadLetter', 'overflow'] as const) {
    sim.system.events.on(name, () => seen.add(name))
  }
  const refs: ActorRef<Job>[] = []
  const children = ['one', 'two', 'three'].map((id) => worker(sim, id, () => refs))
  const supervisor = sim.system.supervise({
    id: 'supervisor',
    strategy: strategies[sim.amount(2)] ?? 'oneForOne',
    intensity: sim.amount(5),
    periodMs: 1000,
    children,
  })
  supervisor.started().catch(() => undefined)
  sim.onStep(() => expectBalance(sim))
  await sim.runFor(10)
  for (const child of supervisor.whichChildren()) {
    if (child.kind === 'actor') refs.push(child.ref)
  }
  refs.push(sim.spawn(worker(sim, 'free', () => refs)))
  let open = 0
  for (let count = sim.amount(20); count >= 0; count--) {
    const ref = refs[sim.amount(refs.length - 1)]
    const kind = kinds[sim.amount(kinds.length - 1)] ?? 'pass'
    sim.runtime.timer(sim.amount(400), () => ref?.tell({ kind, hops: 1 + sim.amount(2) }))
    open++
    const closed = (): void => void open--
    ref?.ask<number>((reply) => ({ kind: 'ask', reply }), { timeoutMs: 500 }).then(closed, closed)
  }
  await sim.runFor(2000)
  sim.stopFaults()
  // Ten times as long as anyone waits for an answer.
  await sim.runFor(5000)
  const unanswered = open
  void sim.system.stop()
  await sim.runUntilIdle()
  return { seen, unanswered }
}

function sumQueued(states: readonly ChildState[]): number {
  return states.reduce((sum, state) => {
    const own = state.kind === 'actor' ? state.queued : 0
    return sum + own + sumQueued(state.children)
  }, 0)
}

/** No message has two fates, and none that waits is forgotten. */
function expectBalance(sim: Simulation): void {
  const { queued } = sim.system.messages()
  const waiting = sumQueued(sim.system.inspect())
  if (waiting > queued) throw new Error(`${waiting} wait, ${queued} are accounted for`)
}

// A handler that never ends keeps its message for ever, as it should.
const faults = Object.fromEntries(faultKinds.map((kind) => [kind, 0.02])) as Record<
  FaultKind,
  number
>

const options = {
  name: 'core soak',
  seeds: 150,
  mode: 'swarm',
  faults,
  always: {
    'everything has ended': (_: unknown, sim: Simulation) => sim.system.inspect().length === 0,
    'every message has a fate': (_: unknown, sim: Simulation) =>
      sim.system.messages().queued === 0 && sim.system.messages().stashed === 0,
    'every question is settled': ({ unanswered }: World) => unanswered === 0,
  },
  sometimes: {
    'an actor restarts': ({ seen }: World) => seen.has('restarted'),
    'a supervisor gives up': ({ seen }: World) => seen.has('escalated'),
    'a message dies': ({ seen }: World) => seen.has('deadLetter'),
    'a mailbox is full': ({ seen }: World) => seen.has('overflow'),
  },
} as const

it('the core keeps its account, its questions and its stops under all faults', async () => {
  const report = await explore(soak, options)

  report.verify()
  expect(report.runs).toBeGreaterThanOrEqual(150)
  // No store takes part.
  const struck = faultKinds.filter((kind) => (report.faults[kind] ?? 0) > 0)
  expect(struck).toEqual(faultKinds.filter((kind) => kind !== 'storeWriteFails'))
})

it('the core is deterministic under all faults', async () => {
  await expect(checkDeterminism(soak, 40, { mode: 'swarm', faults })).resolves.toBeUndefined()
})
