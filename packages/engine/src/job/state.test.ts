import { createManualRuntime } from '@millrace/core'
import type { RecordContext, StageScope } from '@millrace/sdk'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { StageCounts } from '../report/summary.ts'
import { keyPart, stage } from './engine-parts.test-support.ts'
import { play, type Step, stepsOf } from './timed-script.test-support.ts'

const HANDLES = ['value', 'seen', 'map', 'list', 'object', 'tick'] as const

/** What one record does to one handle. */
interface Action {
  readonly handle: (typeof HANDLES)[number]
  readonly does: 'write' | 'read' | 'clear' | 'delete'
  readonly name: string
  readonly n: number
}

interface Row {
  readonly key: string
  readonly t: number
  readonly actions: readonly Action[]
  readonly fails: boolean
}

const TTL = 5
const DISORDER = 4

const actions = fc.record<Action>({
  handle: fc.constantFrom(...HANDLES),
  does: fc.constantFrom('write', 'write', 'read', 'read', 'clear', 'delete'),
  name: fc.constantFrom('p', 'q'),
  n: fc.nat({ max: 9 }),
})
const rows = fc.record<Row>({
  key: fc.constantFrom('x', 'y'),
  t: fc.nat({ max: 12 }),
  actions: fc.array(actions, { maxLength: 5 }),
  fails: fc.boolean(),
})
const steps = stepsOf(rows, { most: 14, waitMs: 4 })

/** Handles of every kind; `seen` lives on when it is read, `tick` by the clock. */
function handles({ state }: StageScope) {
  const ttl = { ms: TTL }
  const value = state.value<number>('value', { initial: () => -1, ttl })
  const seen = state.value<number>('seen', { initial: () => -1, ttl: { ms: TTL, of: 'access' } })
  const tick = state.value<number>('tick', { initial: () => -1, ttl: { ms: TTL, time: 'clock' } })
  const map = state.map<string, number>('map', { ttl })
  const list = state.list<number>('list', { ttl })
  const object = state.object<{ sum: number }>('object', { create: () => ({ sum: 0 }), ttl })
  return (action: Action): unknown => {
    const { does, handle, n, name } = action
    if (handle === 'map') {
      if (does === 'write') return map.set(name, n)
      if (does === 'read') return [map.get(name), map.has(name), [...map.entries()]]
      return does === 'clear' ? map.clear() : map.delete(name)
    }
    if (handle === 'list') {
      if (does === 'write') return list.add(n)
      return does === 'read' ? [...list.values()] : list.clear()
    }
    if (handle === 'object') return does === 'clear' ? object.clear() : { ...object.get() }
    const one = { value, seen, tick }[handle]
    if (does === 'write') return one.set(n)
    return does === 'read' ? one.get() : one.clear()
  }
}

interface Outcome {
  readonly read: readonly unknown[]
  readonly counts: readonly StageCounts[]
}

async function run(script: readonly Step<Row>[]): Promise<Outcome> {
  const read: unknown[] = []
  const create = (scope: StageScope) => {
    const act = handles(scope)
    return {
      process(row: Row, context: RecordContext) {
        for (const action of row.actions) read.push(act(action))
        if (row.fails) context.reject('NO', 'No.')
      },
    }
  }
  const { counts } = await play(stage('kept', 'source', create, { by: [keyPart('key')] }), {
    runtime: createManualRuntime(),
    steps: script,
    end: 'end',
    disorderMs: DISORDER,
  })
  return { read, counts }
}

interface Entry {
  readonly id: string
  readonly key: string
  readonly handle: Action['handle']
  readonly name: string
  readonly n: number
  readonly time: number
}

/** The same as one flat list of entries, each with its time; a failing record gets the whole list back. */
class Oracle {
  readonly read: unknown[] = []
  entries: readonly Entry[] = []
  largest = Number.NEGATIVE_INFINITY
  mark = Number.NEGATIVE_INFINITY
  now = 0
  /** What the record in hand takes for the time. */
  event = 0

  row({ actions: all, fails, key, t }: Row): void {
    const before = this.entries
    this.event = Math.max(this.mark, t)
    for (const action of all) this.read.push(this.act(key, action))
    if (fails) this.entries = before
    this.largest = Math.max(this.largest, t)
    this.mark = Math.max(this.mark, this.largest - DISORDER)
    this.release()
  }

  release(): void {
    this.entries = this.entries.filter(({ handle, time }) => {
      return time + TTL > (handle === 'tick' ? this.now : this.mark)
    })
  }

  act(key: string, { does, handle, n, name }: Action): unknown {
    const time = handle === 'tick' ? this.now : this.event
    const own = this.entries.filter((one) => one.key === key && one.handle === handle)
    const alive = own.filter((one) => one.time + TTL > time)
    const rest = this.entries.filter((one) => !own.includes(one))
    if (handle === 'map') {
      const others = own.filter((one) => one.name !== name)
      const old = own.find((one) => one.name === name)
      const present = alive.find((one) => one.name === name)
      if (does === 'write') {
        const kept = Math.max(time, old?.time ?? time)
        const entry = { id: name, key, handle, name, n, time: kept }
        // A name keeps its place.
        const next =
          old === undefined ? [...own, entry] : own.map((one) => (one === old ? entry : one))
        this.entries = [...rest, ...next]
        return undefined
      }
      if (does === 'read') {
        return [present?.n, present !== undefined, alive.map((one) => [one.name, one.n])]
      }
      this.entries = does === 'clear' ? rest : [...rest, ...others]
      return does === 'clear' ? undefined : present !== undefined
    }
    if (handle === 'list') {
      if (does === 'read') return alive.map((one) => one.n)
      const entry = { id: '', key, handle, name, n, time }
      this.entries = does === 'write' ? [...rest, ...own, entry] : rest
      return undefined
    }
    const [old] = own
    const refreshed = Math.max(time, old?.time ?? time)
    if (handle === 'object') {
      this.entries =
        does === 'clear' ? rest : [...rest, { id: '', key, handle, name, n: 0, time: refreshed }]
      return does === 'clear' ? undefined : { sum: 0 }
    }
    if (does === 'read') {
      const [present] = alive
      if (present !== undefined && handle === 'seen') {
        this.entries = [...rest, { ...present, time: refreshed }]
      }
      return present?.n ?? -1
    }
    this.entries =
      does === 'write' ? [...rest, { id: '', key, handle, name, n, time: refreshed }] : rest
    return undefined
  }
}

it('reads and lets go of state with a time to live as a list of entries does that is filtered each time', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (script) => {
      const { counts, read } = await run(script)
      const oracle = new Oracle()
      const held: (readonly Entry[])[] = []
      for (const step of script) {
        if ('rows' in step) for (const row of step.rows) oracle.row(row)
        else oracle.now += step.waitMs
        oracle.release()
        held.push(oracle.entries)
      }

      expect(read).toEqual(oracle.read)
      // A list gives back from its front only.
      const sizes = held.map((entries) =>
        HANDLES.filter((handle) => handle !== 'list').map(
          (handle) => entries.filter((entry) => entry.handle === handle).length,
        ),
      )
      expect(
        counts.map(({ stateEntries }) =>
          HANDLES.filter((handle) => handle !== 'list').map((handle) => stateEntries?.[handle]),
        ),
      ).toEqual(sizes)
    }),
    { numRuns: 100 },
  )
})
