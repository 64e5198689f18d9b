import { isDeepStrictEqual } from 'node:util'
import { messageOf } from '@millrace/base'
import fc, { type Arbitrary } from 'fast-check'
import { Breach, demand, type Effort, type Law, lawOver, shown } from './law.ts'
import { whileWatched } from '../simulate/real-world.ts'
import { registerLaws } from './register-laws.ts'
import { ActorRun, type ActorUnderTest } from './run-actor.ts'

/** What an actor is proved with. */
export interface ActorLawsOptions<M> extends Effort {
  /** One message. */
  readonly messages: Arbitrary<M>
  /** `nothing`: what it does with a message depends on that message alone, so that it may crash between any two. Default `instance`. */
  readonly keeps?: 'nothing' | 'instance'
  /** Some messages are meant to crash it; default false. */
  readonly mayCrash?: boolean
  /** How long it is left alone after the last message, virtual ms; default 10,000. */
  readonly idleMs?: number
}

interface Subject<M> {
  readonly actor: ActorUnderTest<M>
  readonly options: ActorLawsOptions<M>
}

/** The laws that an actor has to keep. */
export function listActorLaws<M>(
  actor: ActorUnderTest<M>,
  options: ActorLawsOptions<M>,
): readonly Law[] {
  const subject = { actor, options }
  const laws = [
    determinism(subject),
    batches(subject),
    restart(subject),
    input(subject),
    stop(subject),
    ends(subject),
  ]
  if (options.mayCrash !== true) laws.push(survives(subject))
  if (options.keeps === 'nothing') laws.push(forgets(subject))
  return laws
}

/** Registers one test per law with vitest. Throws TST_RUNNER where vitest does not run. */
export function actorLaws<M>(actor: ActorUnderTest<M>, options: ActorLawsOptions<M>): void {
  const about = { call: 'actorLaws', instead: 'checkActorLaws' }
  registerLaws(`actor ${idOf(actor)}`, listActorLaws(actor, options), about)
}

/** Proves all laws without a test runner. Rejects with TST_LAW at the first that is broken. */
export async function checkActorLaws<M>(
  actor: ActorUnderTest<M>,
  options: ActorLawsOptions<M>,
): Promise<void> {
  for (const law of listActorLaws(actor, options)) await law.check()
}

function idOf<M>(actor: ActorUnderTest<M>): string {
  return typeof actor === 'function' ? new ActorRun(actor).ref.id : actor.id
}

const sizes = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 3 })
const nothing = fc.constant(undefined)

/** A law over messages and `extra`; what a simulation throws, such as TST_REAL or TST_TURNS, breaks it too. */
function actorLaw<M, X>(
  { actor, options }: Subject<M>,
  about: { readonly id: string; readonly title: string },
  extra: Arbitrary<X>,
  holds: (messages: readonly M[], extra: X) => Promise<void>,
): Law {
  const part = `Actor "${idOf(actor)}"`
  const messages = fc.array(options.messages, { maxLength: 16 })
  const cases = fc.tuple(messages, extra)
  const law = lawOver({ part, ...about }, options, cases, async ([sent, more]) => {
    try {
      await holds(sent, more)
    } catch (error) {
      throw error instanceof Breach ? error : new Breach(messageOf(error))
    }
  })
  return { ...law, check: () => whileWatched(() => law.check()) }
}

/** One life: all messages, and then some time. */
async function live<M>(
  { actor, options }: Subject<M>,
  messages: readonly M[],
  cut?: readonly number[],
): Promise<ActorRun<M>> {
  const run = new ActorRun(actor)
  await run.tell(messages, cut)
  await run.sim.runFor(options.idleMs ?? 10_000)
  return run
}

function demandSame(how: string, first: readonly unknown[], second: readonly unknown[]): void {
  const isSame = isDeepStrictEqual(first, second)
  demand(isSame, () => `${how}: it did ${shown(first)}, and ${shown(second)}.`)
}

function determinism<M>(subject: Subject<M>): Law {
  const title = 'the same messages give the same results, and it comes to rest'
  return actorLaw(subject, { id: 'determinism', title }, nothing, async (messages) => {
    const first = await live(subject, messages)
    const second = await live(subject, messages)
    demandSame('Two runs', first.log, second.log)
  })
}

function batches<M>(subject: Subject<M>): Law {
  const title = 'how many messages wait makes no difference'
  return actorLaw(subject, { id: 'batches', title }, sizes, async (messages, cut) => {
    const whole = await live(subject, messages)
    const parts = await live(subject, messages, cut)
    demandSame(`All at once, and ${cut.join(', ')} at a time`, whole.log, parts.log)
  })
}

function restart<M>(subject: Subject<M>): Law {
  const title = 'a new incarnation begins anew'
  return actorLaw(subject, { id: 'restart', title }, fc.nat({ max: 8 }), async (messages, at) => {
    const run = new ActorRun(subject.actor)
    await run.tell(messages.slice(0, at))
    await run.crash()
    await run.tell(messages.slice(at))
    await run.sim.runFor(subject.options.idleMs ?? 10_000)
    const fresh = await live(subject, messages.slice(at))
    demandSame(`After a crash before message ${at}, and fresh`, run.log, fresh.log)
  })
}

function forgets<M>(subject: Subject<M>): Law {
  const title = 'it keeps nothing: a crash between two messages makes no difference'
  return actorLaw(subject, { id: 'forgets', title }, fc.nat({ max: 8 }), async (messages, at) => {
    const steady = await live(subject, messages)
    const run = new ActorRun(subject.actor)
    await run.tell(messages.slice(0, at))
    const before = run.log
    await run.crash()
    await run.tell(messages.slice(at))
    await run.sim.runFor(subject.options.idleMs ?? 10_000)
    demandSame(`A crash before message ${at}, and none`, [...before, ...run.log], steady.log)
  })
}

function input<M>(subject: Subject<M>): Law {
  const title = 'it leaves its messages as they were'
  return actorLaw(subject, { id: 'input', title }, nothing, async (messages) => {
    const before = messages.map(copy)
    await live(subject, messages)
    const changed = before.findIndex(
      (one, index) => one !== undefined && !isDeepStrictEqual(one.copy, messages[index]),
    )
    demand(
      changed < 0,
      () => `It made ${shown(messages[changed])} of ${shown(before[changed]?.copy)}.`,
    )
  })
}

/** Undefined for what cannot be copied, such as a message with a function in it. */
function copy(message: unknown): { readonly copy: unknown } | undefined {
  try {
    const made: unknown = structuredClone(message)
    // Prototypes do not survive a copy; they are not what is looked at.
    if (typeof made === 'object' && made !== null)
      Object.setPrototypeOf(made, Object.getPrototypeOf(message) as object | null)
    return { copy: made }
  } catch {
    return undefined
  }
}

function stop<M>(subject: Subject<M>): Law {
  const title = 'nothing comes from it once it has ended'
  return actorLaw(
    subject,
    { id: 'stop', title },
    fc.nat({ max: 500 }),
    async (messages, afterMs) => {
      const run = new ActorRun(subject.actor)
      await run.tell(messages)
      await run.sim.runFor(afterMs)
      void run.ref.stop()
      await run.sim.runUntil(() => !isThere(run), { within: 1e9 })
      // What it sent before its end is still on its way.
      await run.settle()
      const { length } = run.log
      await run.sim.runFor(subject.options.idleMs ?? 10_000)
      demand(
        run.log.length === length,
        () => `After its end it did ${shown(run.log.slice(length))}.`,
      )
    },
  )
}

function ends<M>(subject: Subject<M>): Law {
  const title = 'it ends when it is asked to, before it has to be killed'
  return actorLaw(subject, { id: 'ends', title }, nothing, async (messages) => {
    const run = new ActorRun(subject.actor)
    await run.tell(messages)
    const startMs = run.sim.elapsedMs
    void run.ref.stop()
    const within = Number.isFinite(run.shutdownMs) ? run.shutdownMs : 1e9
    const hasEnded = await run.sim.reaches(() => !isThere(run), within)
    const tookMs = run.sim.elapsedMs - startMs
    const inTime = hasEnded && (tookMs < within || within === 0)
    demand(inTime, () => `It had ${within} ms (shutdownMs) and was not done.`)
  })
}

function isThere<M>(run: ActorRun<M>): boolean {
  return run.sim.system.inspect().some(({ id }) => id === run.ref.id)
}

function survives<M>(subject: Subject<M>): Law {
  const title = 'it takes every message without a crash'
  return actorLaw(subject, { id: 'survives', title }, nothing, async (messages) => {
    const { crashes } = await live(subject, messages)
    demand(crashes.length === 0, () => `It crashed: ${messageOf(crashes[0])}`)
  })
}
