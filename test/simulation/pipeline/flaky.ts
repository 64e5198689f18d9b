import {
  defineStage,
  type RecordContext,
  type StageFactory,
  toStageFactory,
  type ValueState,
} from '@millrace/sdk'
import type { Simulation } from '@millrace/testkit'

import { z } from 'zod'

import { codes } from './expected.ts'
import { noInjection } from './no-injection.ts'
import { type JobPlan, type Reading, TIMEOUT_MS } from './plan.ts'

/** What the flaky stage saw of itself, outside of the engine. */
export interface FlakyBook {
  /** Tries of each record. */
  readonly tries: Map<number, number>
  /** Records that it finished. */
  readonly through: Set<number>
  /** How often each instance was closed, in the order in which they were made. */
  readonly closed: number[]
  /** How long each hanging record was waited for, ms; NaN while it is. */
  readonly waitsMs: number[]
}

/** What nobody may ever see: emitted by tries that fail, and after their time is up. */
const ghost: Omit<Reading, 'failures' | 'trouble'> = { id: -1, user: 'ghost', value: 1000 }

/** A stage that fails as often, and in the way, that a record says, and numbers its results. */
export function flaky(plan: JobPlan, simulation: Simulation, book: FlakyBook): StageFactory {
  const stage = defineStage({
    name: 'simulated-flaky',
    summary: 'Fails with some records.',
    parameters: z.object({}),
    keeps: plan.keeps,
    create: ({ state }) =>
      new Flaky(plan, simulation, book, state.value('serial', { initial: () => 0 })),
  })
  return toStageFactory(stage, noInjection)
}

class Flaky {
  readonly #plan: JobPlan
  readonly #simulation: Simulation
  readonly #book: FlakyBook
  readonly #number: number
  readonly #ofUser: ValueState<number>
  #serial = 0

  constructor(plan: JobPlan, simulation: Simulation, book: FlakyBook, ofUser: ValueState<number>) {
    this.#plan = plan
    this.#simulation = simulation
    this.#book = book
    this.#number = book.closed.push(0) - 1
    this.#ofUser = ofUser
  }

  open(): void {
    if (this.#plan.openFails[this.#number] === true) throw new Error('no line')
  }

  close(): void {
    this.#book.closed[this.#number] = (this.#book.closed[this.#number] ?? 0) + 1
  }

  process(reading: Reading, context: RecordContext): unknown {
    const { tries } = this.#book
    const count = (tries.get(reading.id) ?? 0) + 1
    tries.set(reading.id, count)
    const fails = count <= reading.failures
    if (fails) context.emit(ghost)
    if (this.#plan.keeps === 'state') this.#ofUser.set(this.#ofUser.get() + 1)
    if (fails && reading.trouble === 'hang') return this.#hang(context)
    const { workMs } = this.#plan
    if (workMs === 0) return this.#work(reading, context, fails)
    return this.#simulation.sleep(workMs).then(() => this.#work(reading, context, fails))
  }

  #work(reading: Reading, context: RecordContext, fails: boolean): unknown {
    if (fails && reading.trouble === 'throw') throw new Error(`reading ${reading.id} fails`)
    if (fails) return context.reject(codes.reject, 'No.')
    const { keeps } = this.#plan
    if (keeps === 'instance') this.#serial++
    this.#book.through.add(reading.id)
    return { ...reading, serial: keeps === 'state' ? this.#ofUser.get() : this.#serial }
  }

  /** Goes on after its time is up, as if nothing had happened. */
  async #hang(context: RecordContext): Promise<unknown> {
    const { waitsMs } = this.#book
    const begunMs = this.#simulation.elapsedMs
    const place = waitsMs.push(Number.NaN) - 1
    const { signal } = context
    await new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => resolve())
    })
    waitsMs[place] = this.#simulation.elapsedMs - begunMs
    await this.#simulation.sleep(TIMEOUT_MS)
    context.emit(ghost)
    context.reject('TEST_GHOST', 'Nobody hears this.')
    return ghost
  }
}
