import {
  type ActorHandle,
  type ActorRuntime,
  type ActorSpec,
  type Lane,
  type OfferResult,
  type ReadyQueue,
  type Runnable,
} from '@millrace/core'
import { createRandom, TimerHeap } from '@millrace/base'

import { TST_TURNS } from '../errors.ts'
import { Choices } from './choices.ts'
import { type FaultKind, FaultPlan, type Faults } from './faults.ts'
import { Links } from './links.ts'
import { confine, confined } from './real-world.ts'
import { createScheduler, type Mode, type Scheduler } from './scheduler.ts'
import { SimulatedActor } from './simulated-actor.ts'
import { spared } from './spared.ts'
import type { Surroundings } from './surroundings.ts'
import { Trace } from './trace.ts'

/** What a world is made of; see the options of `simulate`. */
export interface WorldOptions {
  readonly seed: number
  readonly mode: Mode
  readonly faults: Faults | undefined
  readonly faultsIn: ((path: string) => boolean) | undefined
  readonly maxTurns: number
  readonly startMs: number
  readonly choices: readonly number[] | undefined
  readonly keepTrace: boolean
}

type Ask = (make: unknown, options: unknown) => Promise<never>

const CLOCK_JUMP_MS_MAX = 3_600_000
const TIMER_LATE_MS_MAX = 1000

/** Everything that a real machine decides by itself, decided by a seed: whose turn it is, what time it is, what fails. */
export class World implements Surroundings, ReadyQueue {
  readonly choices: Choices
  readonly faults: FaultPlan
  readonly trace: Trace
  readonly links: Links
  readonly runtime: ActorRuntime
  readonly outside: SimulatedActor
  readonly byPath = new Map<string, SimulatedActor>()
  /** Virtual time since the start, ms. */
  elapsedMs = 0
  /** True if there may be promises that nobody told of. */
  hasStrangers = false
  /** Turns taken and timers fired. */
  steps = 0
  /** The first use of the real world by an actor. */
  violation: Error | undefined
  readonly #options: WorldOptions
  readonly #pick: Scheduler
  readonly #timers = new TimerHeap<() => void>()
  readonly #actors = new Map<object, SimulatedActor>()
  readonly #paused = new Set<string>()
  #ready: Runnable[] = []
  #parked: Runnable[] = []
  #tasks: (() => void)[] = []
  #wallOffsetMs: number
  #turns = 0
  /** Promises that have not settled, as far as they are known. */
  #open = 0
  #hasOpened = false

  constructor(options: WorldOptions) {
    const { seed, mode } = options
    const chance = createRandom(seed)
    this.#options = options
    this.#wallOffsetMs = options.startMs
    this.choices = new Choices(options.choices)
    this.#pick = createScheduler(mode, chance)
    const isSwarm = mode === 'swarm'
    this.faults = new FaultPlan(options.faults, { seed, choices: this.choices, chance, isSwarm })
    this.trace = new Trace(options.keepTrace)
    this.links = new Links(this)
    this.outside = new SimulatedActor(this, { path: 'outside', ordinal: 0, isSpared: true })
    this.runtime = this.#createRuntime(createRandom(~seed))
  }

  get turns(): number {
    return this.#turns
  }

  /** True if promises may go on: then they must, before anything else does. Those nobody told of must before the clock does. */
  mustSettle(): boolean {
    const isKnown = this.hasStrangers || this.#open > 0 || this.#hasOpened
    const mustSettle = isKnown || this.#ready.length === 0
    this.#hasOpened = false
    return mustSettle
  }

  add(runnable: Runnable): void {
    if (this.#paused.size > 0 && this.#paused.has(runnable.path)) this.#parked.push(runnable)
    else this.#ready.push(runnable)
  }

  /** Counts a promise until it settles. */
  opened(promise: Promise<unknown>): void {
    this.#open++
    this.#hasOpened = true
    const settled = (): void => {
      this.#open--
      this.#hasOpened = true
    }
    promise.then(settled, settled)
  }

  sleep(ms: number): Promise<void> {
    const sleeping = new Promise<void>((resolve) => {
      this.runtime.timer(ms, resolve)
    })
    this.opened(sleeping)
    return sleeping
  }

  at(dueMs: number, task: () => void): void {
    this.#timers.add(dueMs, task)
  }

  /** True if there is anything to do until `untilMs`. */
  canStep(untilMs: number): boolean {
    return this.#ready.length > 0 || (this.#timers.peek()?.dueMs ?? Infinity) <= untilMs
  }

  violated(error: Error): void {
    this.violation ??= error
  }

  /** One turn of one actor or, when none is ready, the next timer up to `untilMs`. False when there is neither. */
  step(untilMs: number): boolean {
    const count = this.#ready.length
    if (count === 0) return this.#fireNext(untilMs)
    const index = count === 1 ? 0 : this.choices.take(count, this.#pick(this.#ready))
    const next = index === 0 ? this.#ready.shift() : this.#ready.splice(index, 1)[0]
    if (next === undefined) return false
    this.steps++
    const actor = this.#actors.get(next)
    this.trace.took(actor?.ordinal ?? 0)
    if (actor !== undefined) actor.turns++
    if (++this.#turns > this.#options.maxTurns) throw this.#restless()
    confine(actor)
    try {
      next.turn(1)
    } finally {
      confine(undefined)
    }
    return true
  }

  /** Moves the clock, whatever was due meanwhile. */
  moveTo(elapsedMs: number): void {
    if (elapsedMs <= this.elapsedMs) return
    this.elapsedMs = elapsedMs
    this.trace.time(elapsedMs)
  }

  jumpWall(ms: number): void {
    this.#wallOffsetMs += ms
  }

  pause(path: string): void {
    this.#paused.add(path)
    this.#parked.push(...this.#ready.filter((runnable) => runnable.path === path))
    this.#ready = this.#ready.filter((runnable) => runnable.path !== path)
  }

  resume(path: string): void {
    this.#paused.delete(path)
    this.#ready.push(...this.#parked.filter((runnable) => runnable.path === path))
    this.#parked = this.#parked.filter((runnable) => runnable.path !== path)
  }

  /** Takes work back that waits for its turn. */
  forget(work: ReadonlySet<Runnable>): void {
    this.#ready = this.#ready.filter((runnable) => !work.has(runnable))
    this.#parked = this.#parked.filter((runnable) => !work.has(runnable))
  }

  /** Sends a message on behalf of whoever runs now. */
  send(to: SimulatedActor, message: unknown, lane: Lane | undefined): void {
    const from = (confined() as SimulatedActor | undefined) ?? this.outside
    if (this.trace.isKept) this.trace.sent(from.path, to.path, message)
    if (from === this.outside && !this.links.isActive) return to.deliver(message, lane)
    const fault = this.#beforeEffect(from)
    if (this.links.isActive || this.faults.has('link')) this.links.carry(from, to, message, lane)
    else to.deliver(message, lane)
    if (fault === 'crashAfterEffect') throw from.injected(fault)
  }

  /** Like `send`, for a message that waits for room: its answer would tell of a lost one, so links do not touch it. */
  offer(to: SimulatedActor, message: unknown): OfferResult | Promise<OfferResult> {
    const from = (confined() as SimulatedActor | undefined) ?? this.outside
    if (this.trace.isKept) this.trace.sent(from.path, to.path, message)
    const fault = this.#beforeEffect(from)
    const result = to.offer(message)
    if (fault === 'crashAfterEffect') throw from.injected(fault)
    return result
  }

  #beforeEffect(from: SimulatedActor): FaultKind | undefined {
    const fault = from.mayCrash ? this.faults.draw('effect') : undefined
    if (fault !== undefined) this.trace.fault(fault, from.path)
    if (fault === 'crashBeforeEffect') throw from.injected(fault)
    return fault
  }

  #fireNext(untilMs: number): boolean {
    const first = this.#timers.peek()
    if (first === undefined || first.dueMs > untilMs) return false
    this.#timers.pop()
    this.steps++
    if (first.dueMs > this.elapsedMs) {
      this.moveTo(first.dueMs)
      if (this.faults.draw('clock') !== undefined) {
        this.trace.fault('clockJump', 'runtime')
        this.jumpWall(this.faults.amount(2 * CLOCK_JUMP_MS_MAX) - CLOCK_JUMP_MS_MAX)
      }
    }
    first.value()
    return true
  }

  #restless(): Error {
    const busiest = [...this.#actors.values()].toSorted((a, b) => b.turns - a.turns)[0]
    return TST_TURNS({
      turns: this.#options.maxTurns,
      path: busiest?.path ?? 'the runtime',
      busiest: busiest?.turns ?? 0,
    })
  }

  #instrument<M>(spec: ActorSpec<M>, handle: ActorHandle<M>, path: string): ActorSpec<M> {
    const isSpared = spared in spec || this.#options.faultsIn?.(path) === false
    const ordinal = this.#actors.size + 1
    const known = handle as ActorHandle<unknown>
    const actor = new SimulatedActor(this, { path, ordinal, isSpared, handle: known })
    this.#actors.set(handle, actor)
    this.byPath.set(path, actor)
    const ask = Reflect.get(handle, 'ask') as Ask
    // Own members in front of those of the class: actors that are not simulated pay nothing for this.
    handle.tell = (message, lane) => this.send(actor, message, lane)
    handle.offer = (message) => this.offer(actor, message)
    handle.ask = (make, options) => {
      const answer = ask.call(handle, make, options)
      this.opened(answer)
      return answer
    }
    const create: ActorSpec<M>['create'] = (context) => actor.create(spec, context)
    const capacity = spec.mailbox?.capacity ?? Infinity
    if (isSpared || capacity === Infinity) return { ...spec, create }
    if (this.faults.draw('mailbox') === undefined) return { ...spec, create }
    this.trace.fault('mailboxFull', path)
    const mailbox = { ...spec.mailbox, capacity: 1 + this.faults.amount(capacity - 1) }
    return { ...spec, create, mailbox }
  }

  #createRuntime(random: () => number): ActorRuntime {
    const tasks: Runnable = {
      path: 'runtime',
      turn: () => {
        const task = this.#tasks.shift()
        if (this.#tasks.length > 0) this.add(tasks)
        task?.()
        return 1
      },
    }
    const schedule = (task: () => void): void => {
      if (this.#tasks.push(task) === 1) this.add(tasks)
    }
    return {
      now: () => this.#wallOffsetMs + this.elapsedMs,
      monotonic: () => this.elapsedMs,
      random,
      schedule,
      timer: (delayMs, task) => {
        const isLate = this.faults.draw('timer') !== undefined
        if (isLate) this.trace.fault('timerLate', confined()?.path ?? 'runtime')
        const lateMs = isLate ? 1 + this.faults.amount(TIMER_LATE_MS_MAX - 1) : 0
        const entry = this.#timers.add(this.elapsedMs + Math.max(0, delayMs) + lateMs, task)
        return () => {
          this.#timers.remove(entry)
        }
      },
      yield: () => {
        const yielding = new Promise<void>((resolve) => schedule(resolve))
        this.opened(yielding)
        return yielding
      },
      hooks: {
        queue: this,
        instrument: (spec, handle, path) => this.#instrument(spec, handle, path),
      },
    }
  }
}
