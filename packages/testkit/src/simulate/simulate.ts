import { type ActorRef, type ActorSpec, type ActorSystem, createActorSystem } from '@millrace/core'

import { TST_NO_ACTOR, TST_WAITED } from '../errors.ts'
import { milliseconds } from '../whole-number.ts'
import type { FaultKind } from './faults.ts'
import { enter, leave } from './real-world.ts'
import { settle } from './settle.ts'
import type { TraceEntry } from './trace.ts'
import { followEvents } from './follow-events.ts'
import { checkOptions, type SimulateOptions } from './simulate-options.ts'
import { SimulatedProcess } from './simulated-process.ts'
import { World } from './world.ts'

/** An actor by reference or by path, with or without the name of the system. */
export type Whom = ActorRef<never> | string

const FOREVER = Number.MAX_VALUE
const WITHIN_MS = 60_000
const DAY_MS = 86_400_000

/** The real core under a seeded scheduler and virtual time. Nothing runs until it is told to. Throws TST_OPTION. */
export class Simulation {
  readonly seed: number
  readonly system: ActorSystem
  readonly #options: SimulateOptions
  readonly #world: World
  #onStep: (() => void) | undefined

  constructor(options: SimulateOptions) {
    checkOptions(options)
    this.#options = options
    this.seed = options.seed ?? 1
    this.#world = new World({
      seed: this.seed,
      mode: options.mode ?? 'uniform',
      faults: options.faults,
      faultsIn: options.faultsIn,
      maxTurns: options.maxTurns ?? 100_000,
      startMs: options.startMs ?? 0,
      choices: options.choices,
      keepTrace: options.keepTrace ?? true,
    })
    this.system = createActorSystem({ runtime: this.runtime, name: options.name ?? 'sim' })
    if (this.#world.trace.isKept) followEvents(this.system, this.#world.trace)
  }

  /** Clocks, timers, chance and scheduling of this simulation: give it to whatever takes a `Runtime`, such as a job. */
  get runtime(): World['runtime'] {
    return this.#world.runtime
  }

  /** Virtual time since the start, ms. */
  get elapsedMs(): number {
    return this.#world.elapsedMs
  }

  /** Turns of actors so far. */
  get turns(): number {
    return this.#world.turns
  }

  /** What happened, in order; empty with `keepTrace: false`. */
  get trace(): readonly TraceEntry[] {
    return this.#world.trace.entries
  }

  /** Two runs with the same hash took the same turns, at the same times, with the same messages. */
  get hash(): number {
    return this.#world.trace.hash >>> 0
  }

  /** Every decision so far; `replay` repeats them. */
  get choices(): readonly number[] {
    return this.#world.choices.made
  }

  /** How many answers each of `choices` had. */
  get choiceCounts(): readonly number[] {
    return this.#world.choices.counts
  }

  /** How often each kind of fault struck. */
  get faultCounts(): Readonly<Partial<Record<FaultKind, number>>> {
    return this.#world.faults.counts
  }

  /** Starts an actor; the same as `system.spawn`. */
  spawn<M>(spec: ActorSpec<M>): ActorRef<M> {
    return this.system.spawn(spec)
  }

  /** A fresh simulation that makes these choices, and the first possible ones when they are used up. */
  replay(choices: readonly number[]): Simulation {
    return new Simulation({ ...this.#options, choices })
  }

  /** A whole number from 0 to `most`, a choice like any other: for how much a scenario does. */
  amount(most: number): number {
    return this.#world.faults.amount(most)
  }

  /** True with chance `odds` (0 to 1): a fault of the scenario's own, by name. */
  buggify(name: string, odds: number): boolean {
    return this.#world.outside.buggify(name, odds)
  }

  /** True if the write that a simulated store is about to make must fail (fault `storeWriteFails`). */
  storeWriteFails(): boolean {
    const fails = this.#world.faults.draw('store') !== undefined
    if (fails) this.#world.trace.fault('storeWriteFails', 'store')
    return fails
  }

  /** Resolves after `ms` of virtual time: what an asynchronous handler may await. */
  sleep(ms: number): Promise<void> {
    return this.#world.sleep(ms)
  }

  /** A process of its own: what is made on its runtime ends when it is killed. */
  process(): SimulatedProcess {
    return new SimulatedProcess(this.#world)
  }

  /** Calls `check` after every turn from now on; what it throws ends the run. */
  onStep(check: () => void): void {
    this.#onStep = check
  }

  /** One turn of one actor, or the next timer if none is ready. False when there is nothing to do. */
  step(): Promise<boolean> {
    const steps = this.#world.steps
    return this.#run(FOREVER, () => this.#world.steps > steps)
  }

  /** Runs until nobody is ready and no timer is left. Rejects with TST_TURNS where that never comes. */
  async runUntilIdle(): Promise<void> {
    await this.#run(FOREVER)
  }

  /** Runs all that is ready or becomes due within `ms` of virtual time. Rejects with TST_OPTION. */
  async runFor(ms: number): Promise<void> {
    const untilMs = this.#world.elapsedMs + milliseconds('runFor', ms)
    await this.#run(untilMs)
    this.#world.moveTo(untilMs)
  }

  /** Runs until `predicate` is true, at most `within` ms of virtual time (default 60,000). Rejects with TST_WAITED. */
  async runUntil(
    predicate: () => boolean,
    options: { readonly within?: number; readonly what?: string } = {},
  ): Promise<void> {
    const { within = WITHIN_MS, what = 'What runUntil waits for' } = options
    if (await this.reaches(predicate, within)) return
    throw TST_WAITED({ what, withinMs: within, got: `${this.turns} turns were taken` })
  }

  /** Like `runUntil`, but resolves with false when it does not come. */
  async reaches(predicate: () => boolean, within: number = WITHIN_MS): Promise<boolean> {
    const untilMs = this.#world.elapsedMs + within
    const isReached = await this.#run(untilMs, predicate)
    if (!isReached) this.#world.moveTo(untilMs)
    return isReached
  }

  /**
   * Runs until `work` settles, and gives its outcome: for what was made on `runtime`, such as a job. From now on promises go
   * on after every turn, whether they are known here or not. Rejects with TST_WAITED after `within` ms (default a day).
   */
  async complete<T>(work: PromiseLike<T>, within: number = DAY_MS): Promise<T> {
    this.#world.hasStrangers = true
    let isSettled = false
    const settled = (): void => {
      isSettled = true
    }
    work.then(settled, settled)
    await this.runUntil(() => isSettled, { within, what: 'The end of what was to be completed' })
    return work
  }

  /** Moves the clock by `ms` at once, as if the process had slept: what was due meanwhile comes late, with the next step. Throws TST_OPTION. */
  advance(ms: number): void {
    this.#world.moveTo(this.#world.elapsedMs + milliseconds('advance', ms))
  }

  /** Moves the wall clock only, also back; timers do not notice. Throws TST_OPTION. */
  jumpClock(ms: number): void {
    this.#world.jumpWall(milliseconds('jumpClock', ms, true))
  }

  /** Crashes an actor on its next turn. Throws TST_NO_ACTOR. */
  crash(whom: Whom): void {
    const actor = this.#find(whom)
    this.#world.trace.fault('crash', actor.path)
    actor.crash()
  }

  /** Ends an actor at once, without its `onStop`. Throws TST_NO_ACTOR. */
  kill(whom: Whom): void {
    const actor = this.#find(whom)
    this.#world.trace.fault('kill', actor.path)
    actor.kill()
  }

  /** The actor gets no turn until `resume`; its messages wait. Throws TST_NO_ACTOR. */
  pause(whom: Whom): void {
    this.#world.pause(this.#find(whom).path)
  }

  /** Throws TST_NO_ACTOR. */
  resume(whom: Whom): void {
    this.#world.resume(this.#find(whom).path)
  }

  /** Holds back what `from` sends to `to` from now on; `outside` is whoever is no actor. Throws TST_NO_ACTOR. */
  hold(from: Whom, to: Whom): void {
    this.#world.links.hold(this.#endOf(from), this.#endOf(to))
  }

  /** Delivers what was held, in order. Throws TST_NO_ACTOR. */
  release(from: Whom, to: Whom): void {
    this.#world.links.release(this.#endOf(from), this.#endOf(to))
  }

  /** Loses what the two send each other until `heal`. Throws TST_NO_ACTOR. */
  partition(one: Whom, other: Whom): void {
    const [from, to] = [this.#endOf(one), this.#endOf(other)]
    this.#world.links.cut(from, to)
    this.#world.links.cut(to, from)
  }

  heal(): void {
    this.#world.links.heal()
  }

  /** From now on nothing fails any more: a system that lives must recover. */
  stopFaults(): void {
    this.#world.faults.isOn = false
    this.heal()
  }

  async #run(untilMs: number, isDone?: () => boolean): Promise<boolean> {
    const world = this.#world
    enter()
    try {
      // From here on this runs in microtasks, as `settle` must.
      await settle()
      for (;;) {
        if (isDone?.() === true) return true
        if (world.step(untilMs)) {
          if (world.mustSettle()) await settle()
        } else {
          // Promises nobody told of may be on their way.
          await settle()
          if (world.violation !== undefined) throw world.violation
          if (!world.canStep(untilMs)) return isDone?.() === true
          continue
        }
        if (world.violation !== undefined) throw world.violation
        this.#onStep?.()
      }
    } finally {
      leave()
    }
  }

  /** The path of one end of a way: an actor that was started, or `outside`. */
  #endOf(whom: Whom): string {
    return whom === 'outside' ? whom : this.#find(whom).path
  }

  #find(whom: Whom): { readonly path: string; crash(): void; kill(): void } {
    const path = this.#pathOf(whom)
    const actor = this.#world.byPath.get(path)
    if (actor === undefined) {
      const known = [...this.#world.byPath.keys()].slice(0, 8).join(', ')
      throw TST_NO_ACTOR({ path, hint: known === '' ? 'Start one first.' : `Known: ${known}.` })
    }
    return actor
  }

  #pathOf(whom: Whom): string {
    const path = typeof whom === 'string' ? whom : whom.path
    if (path === 'outside' || this.#world.byPath.has(path)) return path
    if (path.startsWith(`${this.system.name}/`)) return path
    return `${this.system.name}/${path}`
  }
}

/**
 * Makes a simulation: the real core, with a seed in place of everything that a machine decides by itself.
 * The same seed, options and code give the same run.
 */
export function simulate(options: SimulateOptions = {}): Simulation {
  return new Simulation(options)
}
