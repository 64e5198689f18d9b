import { deepStrictEqual, rejects } from 'node:assert/strict'
import { rmSync } from 'node:fs'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { countWindow } from './consume/window-emitter.ts'
import type { Lease } from './consume/lease.ts'
import {
  attemptsMax,
  backoffMs,
  backoffMsMax,
  leaseMs,
  ModelStream,
  type ModelWindow,
} from './model.test-support.ts'
import { openStream, type OpenOptions } from './open-stream.ts'
import type { Stream } from './stream.ts'
import { processRuntime } from './stream-runtime.ts'
import { newFolder } from './streams.test-support.ts'

const groups = ['a', 'b']

interface Held {
  readonly group: string
  readonly window: ModelWindow
  readonly holder: number
  readonly lease: Lease<string>
}

/** Both sides of the property, and what consumers have in hand. */
class World {
  readonly model = new ModelStream()
  readonly dir = newFolder()
  held: Held[] = []
  /** Connections of processes that were killed; they only go when the test is over. */
  readonly killed: Stream<string>[] = []
  stream!: Stream<string>

  async open(more: OpenOptions = {}): Promise<Stream<string>> {
    const runtime = { ...processRuntime, now: () => this.model.now }
    this.stream = await openStream<string>('words', { dir: this.dir, runtime, ...more })
    return this.stream
  }

  async compare(): Promise<void> {
    const { entries, groups: known, lost, next } = this.model
    const state = await this.stream.state()
    const bytes = entries.reduce((sum, { value }) => sum + JSON.stringify(value).length, 0)
    deepStrictEqual(
      [state.next, state.lost, state.count, state.bytes],
      [next, lost, entries.length, bytes],
    )
    deepStrictEqual(
      state.groups.map(({ done, name, next }) => [name, next, done]),
      [...known]
        .map(([name, group]) => [name, group.next, group.done])
        .toSorted(([one], [other]) => (String(one) < String(other) ? -1 : 1)),
    )
    for (const group of groups) {
      const seen = await this.stream.inspect(group)
      deepStrictEqual(
        seen,
        entries.map((one) => ({ ...one, ...this.model.stateOf(group, one.offset) })),
      )
    }
  }
}

type Step = (world: World) => Promise<void>

/** A step that says what it is when the property fails. */
const shown = <A>(name: string, of: fc.Arbitrary<A>, stepOf: (of: A) => Step): fc.Arbitrary<Step> =>
  of.map((value) => {
    const text = `${name} ${fc.stringify(value)}`
    return Object.assign(stepOf(value), { [fc.toStringMethod]: () => text })
  })
const group = fc.constantFrom(...groups)
const index = fc.nat({ max: 5 })

const append = shown(
  'append',
  fc.array(fc.string({ maxLength: 3 }), { maxLength: 4 }),
  (values): Step =>
    async ({ model, stream }) => {
      model.append(values)
      await Promise.all(values.map((value) => stream.append(value)))
    },
)

const take = shown(
  'take',
  fc.tuple(group, fc.integer({ min: 1, max: 3 })),
  ([name, size]): Step =>
    async ({ held, model, stream }) => {
      const expected = model.take(name, size)
      const emitter = countWindow(size)
      const options = { emitter, leaseMs, attempts: attemptsMax, backoffMs, backoffMsMax }
      const lease = await stream.group(name).take(options)
      deepStrictEqual(
        lease && [lease.first, lease.last, lease.attempt, lease.values],
        expected && [
          expected.window.first,
          expected.window.last,
          expected.window.attempts,
          model.inside(expected.window),
        ],
      )
      if (lease !== undefined && expected !== undefined)
        held.push({ group: name, lease, ...expected })
    },
)

/** Does something with a window in hand; refused when it belongs to somebody else by now. */
const withHeld =
  (
    index: number,
    act: (one: Held, model: ModelStream) => [() => Promise<unknown>, () => void],
  ): Step =>
  async ({ held, model }) => {
    const one = held[index % Math.max(1, held.length)]
    if (one === undefined) return
    const isOurs = one.window.holder === one.holder
    const [real, modeled] = act(one, model)
    if (!isOurs) return rejects(real(), { code: 'STREAM_LEASE_LOST' })
    await real()
    modeled()
  }

const done = shown('done', fc.tuple(index, fc.boolean()), ([at, keep]) =>
  withHeld(at, ({ group, lease, window }, model) => [
    () => lease.done({ keep }),
    () => model.done(group, window, lease.messages.length, keep),
  ]),
)
const fail = shown('fail', index, (at) =>
  withHeld(at, ({ lease, window }, model) => [
    () => lease.fail('oh'),
    () => model.fail(window, 'oh'),
  ]),
)
const extend = shown('extend', index, (at) =>
  withHeld(at, ({ lease, window }, model) => [
    () => lease.extend(),
    () => void (window.lease = model.now + leaseMs),
  ]),
)
const advance = shown(
  'advance',
  fc.constantFrom(1, 10, 15, 50, 100),
  (ms): Step =>
    async ({ model }) => {
      model.now += ms
    },
)
const reset = shown(
  'reset',
  fc.tuple(group, fc.oneof(fc.constantFrom('earliest' as const, 'latest' as const), fc.nat(9))),
  ([name, place]): Step =>
    async ({ model, stream }) => {
      model.reset(name, place)
      await stream.group(name).reset(place)
    },
)
const revive = shown(
  'revive',
  fc.tuple(group, fc.constantFrom('retry' as const, 'discard' as const)),
  ([name, how]): Step =>
    async (world) => {
      const { model, stream } = world
      const expected = model.revive(name, how)
      const real = stream.group(name)
      deepStrictEqual(await (how === 'retry' ? real.retryDead() : real.discardDead()), expected)
    },
)
const retain = shown(
  'retain',
  fc.record({ count: fc.nat(4), ageMs: fc.constantFrom(20, 200), unread: fc.boolean() }),
  (limits): Step =>
    async (world) => {
      const { ageMs, count, unread } = limits
      await world.stream.close()
      const stream = await world.open({ retention: { age: ageMs, count, unread } })
      world.model.retain(limits)
      await stream.retain()
      // Kept only for this step: the next append would use it too.
      await stream.close()
      await world.open({ retention: {} })
      world.held = []
    },
)
const restart = shown('restart', fc.boolean(), (isKilled): Step => async (world) => {
  if (isKilled) world.killed.push(world.stream)
  else await world.stream.close()
  await world.open()
  // A process that was killed finishes nothing; its leases run out.
  world.held = []
})

const step = fc.oneof(
  { arbitrary: append, weight: 4 },
  { arbitrary: take, weight: 6 },
  { arbitrary: done, weight: 3 },
  { arbitrary: fail, weight: 3 },
  { arbitrary: extend, weight: 1 },
  { arbitrary: advance, weight: 3 },
  { arbitrary: reset, weight: 1 },
  { arbitrary: revive, weight: 1 },
  { arbitrary: retain, weight: 1 },
  { arbitrary: restart, weight: 1 },
)

it('does what arrays would do: appends, leases, retries, resets, retention, restarts and kills', async () => {
  const property = fc.asyncProperty(
    fc.array(step, { maxLength: 30, size: 'max' }),
    async (steps) => {
      const world = new World()
      await world.open()
      try {
        for (const one of steps) {
          await one(world)
          await world.compare()
        }
      } finally {
        for (const stream of [...world.killed, world.stream]) await stream.close()
        rmSync(world.dir, { recursive: true })
      }
    },
  )
  await expect(fc.assert(property, { numRuns: 50 })).resolves.toBeUndefined()
})
