import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Edge, type Envelope } from '../run/edge.ts'
import { noOrigins, RecordBatch } from '../run/record-batch.ts'
import { Egress } from './egress.ts'
import { Ingress } from './ingress.ts'
import type { LinkMessage } from './link-message.ts'

const WINDOW = 5

type Step =
  | { readonly kind: 'offer'; readonly count: number; readonly mark: number }
  | { readonly kind: 'mark'; readonly mark: number; readonly isIdle: boolean }
  | { readonly kind: 'barrier' }
  | { readonly kind: 'end'; readonly complete: boolean }

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('offer'),
      count: fc.integer({ min: 1, max: 12 }),
      mark: fc.nat(50),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('mark'), mark: fc.nat(50), isIdle: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'barrier' }) },
)
const steps = fc
  .tuple(fc.array(step, { maxLength: 12 }), fc.boolean())
  .map(([list, complete]): readonly Step[] => [...list, { kind: 'end', complete }])

const newEdge = (most: number): Edge => new Edge({ input: 'in', window: WINDOW, batch: most })

/** Whoever reads an edge: takes what comes at once, and is done with it when the test says so. */
class Reader {
  readonly seen: unknown[] = []
  readonly #edge: Edge
  readonly #held: number[] = []
  most = 0

  constructor(edge: Edge) {
    this.#edge = edge
    edge.connect({ tell: () => this.#take(edge.take()) })
  }

  #take(envelope: Envelope | undefined): void {
    if (envelope === undefined) return
    const { batch, complete, end, isIdle, kind, mark, start } = envelope
    const values = batch?.values.slice(start, end)
    this.seen.push({ kind, values, mark, isIdle, complete })
    if (kind === 'batch') this.#held.push(end - start)
    this.most = Math.max(this.most, this.#edge.inFlight)
  }

  /** Whether there was something. */
  release(): boolean {
    const count = this.#held.shift()
    if (count !== undefined) this.#edge.release(count)
    return count !== undefined
  }
}

/** Does what it can of the steps, as a writer does: nothing while records wait for credit. */
function write(edge: Edge, left: Step[]): boolean {
  if (!edge.clear) return false
  const next = left.shift()
  if (next === undefined) return false
  if (next.kind === 'offer') edge.offer(batchOf(next.count, left.length), next.mark)
  else if (next.kind === 'mark') edge.offerMark(next.mark, next.isIdle)
  else if (next.kind === 'barrier') edge.offerBarrier()
  else edge.end(next.complete)
  return true
}

function batchOf(count: number, salt: number): RecordBatch {
  const values = Array.from({ length: count }, (_, n) => ({ n: n + salt * 100 }))
  const marks = values.map((_, n) => n)
  return new RecordBatch(
    values,
    marks,
    marks,
    marks.map(() => -1),
    noOrigins,
  )
}

/** Lets writer, reader and whatever is between them have turns by `chances` until nothing can go on. */
function play(chances: readonly number[], turns: readonly (() => boolean)[]): void {
  let chance = 0
  for (let idle = 0; idle < turns.length; chance++) {
    const lucky = turns[(chances[chance % chances.length] ?? 0) % turns.length]
    idle = lucky?.() === true || turns.some((turn) => turn()) ? 0 : turns.length
  }
}

it('an edge cut by a link gives its reader what the whole edge gives it, and never more than its window', () => {
  fc.assert(
    fc.property(
      steps,
      fc.integer({ min: 1, max: 6 }),
      fc.array(fc.nat(11), { minLength: 1 }),
      (list, most, chances) => {
        const whole = newEdge(most)
        const direct = new Reader(whole)
        const stepsOfWhole = [...list]
        play(chances, [() => write(whole, stepsOfWhole), () => direct.release()])
        const there: LinkMessage[] = []
        const back: LinkMessage[] = []
        const post = (to: LinkMessage[]) => (message: LinkMessage) =>
          void to.push(structuredClone(message))
        const near = newEdge(most)
        const far = newEdge(most)
        const egress = new Egress({
          link: 3,
          edge: near,
          post: post(there),
          failed: (error) => expect.unreachable(String(error)),
        })
        const ingress = new Ingress({ link: 3, edge: far, post: post(back) })
        const reader = new Reader(far)
        const left = [...list]

        play(chances, [
          () => write(near, left),
          () => reader.release(),
          () => deliver(there, (message) => ingress.take(message)),
          () =>
            deliver(back, (message) => message.kind === 'credit' && egress.credit(message.count)),
        ])

        expect(left).toEqual([])
        expect(reader.seen).toEqual(direct.seen)
        expect(Math.max(reader.most, direct.most)).toBeLessThanOrEqual(WINDOW)
        expect([near.inFlight, far.inFlight]).toEqual([0, 0])
      },
    ),
    { numRuns: 200 },
  )
})

function deliver(queue: LinkMessage[], take: (message: LinkMessage) => unknown): boolean {
  const message = queue.shift()
  if (message !== undefined) take(message)
  return message !== undefined
}

it('a record that cannot be copied is told of, not thrown at its writer', () => {
  const edge = newEdge(4)
  const told: unknown[] = []
  const post = (message: LinkMessage): void => void structuredClone(message)
  const egress = new Egress({ link: 0, edge, post, failed: (error) => told.push(error) })
  const values = [{ call: () => 1 }]

  edge.offer(new RecordBatch(values, [0], [0], [-1], noOrigins), 0)

  expect(egress).toBeDefined()
  expect(told.map(String)).toEqual(['DataCloneError: () => 1 could not be cloned.'])
})
