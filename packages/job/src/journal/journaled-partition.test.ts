import type { SourceBatch } from '@millrace/sdk'
import { type DiskFault, SimulatedDisk } from '@millrace/store/simulated'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { JournalBatch } from './journal-batch.ts'
import { JournalLog } from './journal-log.ts'
import { JournaledPartition } from './journaled-partition.ts'

const DIRECTORY = '/journal'
const { signal } = new AbortController()

/** What was handed on of a batch, with all that a reader sees. */
interface Seen {
  readonly values: readonly unknown[]
  readonly offsets: readonly number[]
  readonly bad: readonly number[]
  readonly arrival: number
}

/** What outlives processes: the sender, the checkpoint, and what was handed on behind that. */
class World {
  readonly disk: SimulatedDisk
  readonly kept: Seen[] = []
  /** Pairs of what was handed on and what came in its place in a later life. */
  readonly again: [unknown, unknown][] = []
  behind: Seen[] = []
  position: unknown = undefined
  #sent = 0
  #now = 1000

  constructor(seed: number, fault: (index: number) => DiskFault | undefined) {
    this.disk = new SimulatedDisk({ seed, fault: ({ index }) => fault(index) })
  }

  // A clock that goes back now and then.
  readonly now = (): number => (this.#now += this.#now % 5 === 0 ? -3 : 4)

  async *send(batches: number): AsyncGenerator<SourceBatch> {
    let offset = 0
    for (let batch = 0; batch < batches; batch++) {
      const values = Array.from({ length: 1 + (this.#sent % 3) }, () => this.#sent++)
      offset += values.length
      const isBad = this.#sent % 4 === 0
      const malformed = [{ offset, raw: `bad ${this.#sent}`, code: 'BAD', message: 'Bad.' }]
      yield isBad ? { values, malformed } : { values }
      if (isBad) offset++
      if (batch % 3 === 0) await Promise.resolve()
    }
  }

  /** One process: reads on from the checkpoint, takes some on its way; whether it came to the end of what is sent. */
  async live(batches: number): Promise<boolean> {
    const log = await JournalLog.open({
      fs: this.disk.start(),
      directory: DIRECTORY,
      segmentBytes: 400,
    })
    const partition = new JournaledPartition({ source: 's', partition: '' }, log, this)
    const before = this.behind
    let read: Seen[] = []
    for await (const batch of partition.read(this.position, () => this.send(batches), signal)) {
      const seen = seenOf(batch as JournalBatch)
      read.push(seen)
      const old = before[read.length - 1]
      if (old !== undefined) this.again.push([old, seen])
      if (read.length >= before.length) this.behind = [...read]
      if (read.length < before.length || seen.arrival % 3 !== 0) continue
      this.kept.push(...read)
      this.position = batch.position
      this.behind = []
      before.length = 0
      read = []
      await partition.ack(this.position)
    }
    if (read.length < before.length) this.again.push([before, read])
    await partition.settle()
    await partition.close()
    return true
  }
}

function seenOf({ arrival, malformed = [], offsets = [], values }: JournalBatch): Seen {
  const bad = malformed.map(({ offset }) => offset)
  return { values, offsets: Array.from(offsets), bad, arrival }
}

const fault = fc.oneof(
  fc.record({
    crash: fc.constantFrom('before' as const, 'within' as const, 'after' as const),
    power: fc.boolean(),
  }),
  fc.record({ code: fc.constantFrom('ENOSPC' as const, 'EIO' as const) }),
)

it('gives again what it handed on before a crash, in order, none twice and none lost', async () => {
  const faults = fc.array(fc.tuple(fc.nat(60), fault), { maxLength: 5 })
  await fc.assert(
    fc.asyncProperty(fc.nat(), faults, fc.integer({ min: 1, max: 20 }), async (seed, all, size) => {
      const plan = [...all]
      let due = plan.shift()
      let from = 0
      const world = new World(seed, (index) => {
        if (due === undefined || index < from + due[0]) return undefined
        const [, next] = due
        from = index
        due = plan.shift()
        return next
      })
      for (let isOver = false; !isOver;) {
        isOver = await world.live(size).catch(() => {
          world.disk.kill()
          return false
        })
      }

      expect(world.again.map(([, again]) => again)).toEqual(world.again.map(([first]) => first))
      const seen = [...world.kept, ...world.behind]
      const values = seen.flatMap((batch) => batch.values as number[])
      expect(values).toEqual([...new Set(values)].toSorted((a, b) => a - b))
      const offsets = seen.flatMap((batch) => [...batch.offsets, ...batch.bad])
      expect(offsets).toEqual(offsets.map((_, index) => index))
      const arrivals = seen.map(({ arrival }) => arrival)
      expect(arrivals).toEqual(arrivals.toSorted((a, b) => a - b))
    }),
    { numRuns: 200 },
  )
})
