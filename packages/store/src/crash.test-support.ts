import { isMillraceError } from '@millrace/base'
import { openStore } from './open-store.ts'
import { type DiskFault, SimulatedCrash, SimulatedDisk } from './simulated/simulated-disk.ts'
import type { Checkpoint, Store, StoreReader } from './store.ts'

/** What a test asks of a store. */
export type Step =
  | {
      readonly do: 'commit'
      readonly sections: readonly {
        readonly name: string
        readonly bytes: number
        readonly replace: boolean
        /** Of the oldest blocks. */
        readonly drop: number
      }[]
    }
  | { readonly do: 'keep' | 'discard' | 'goOnFrom'; readonly savepoint: string }
  | { readonly do: 'startAnew' | 'reopen' }

/** All that a store holds, as text: id, meta and sections of the latest checkpoint and of each savepoint. */
type Holding = string

interface Model {
  readonly latest: Shape | undefined
  readonly savepoints: ReadonlyMap<string, Shape>
}

interface Shape {
  readonly id: number
  /** By name, block by block. */
  readonly sections: ReadonlyMap<string, readonly string[]>
}

const sorted = <Value>(map: ReadonlyMap<string, Value>): [string, Value][] =>
  [...map].toSorted(([a], [b]) => (a < b ? -1 : 1))
const shapeText = (shape: Shape | undefined): unknown => shape && [shape.id, sorted(shape.sections)]
const textOf = ({ latest, savepoints }: Model): Holding => {
  const kept = sorted(savepoints).map(([name, shape]) => [name, shapeText(shape)])
  return JSON.stringify([shapeText(latest), kept])
}

const decode = (blocks: readonly Uint8Array[]): string[] =>
  blocks.map((block) => new TextDecoder().decode(block))

async function shapeOf(store: StoreReader, checkpoint: Checkpoint): Promise<Shape> {
  const sections = new Map<string, readonly string[]>()
  for (const { name } of checkpoint.sections) {
    sections.set(name, decode(await store.read(name, checkpoint)))
  }
  if ((checkpoint.meta as { id: number }).id !== checkpoint.id) throw new Error('Foreign meta.')
  return { id: checkpoint.id, sections }
}

/** What can be read in a store. */
export async function modelOf(store: StoreReader): Promise<Model> {
  const latest = store.latest()
  const savepoints = new Map<string, Shape>()
  for (const checkpoint of store.checkpoints()) {
    const name = checkpoint.savepoint
    if (name !== undefined) savepoints.set(name, await shapeOf(store, checkpoint))
  }
  return { latest: latest === undefined ? undefined : await shapeOf(store, latest), savepoints }
}

/** What a step makes of a model; the same model where it is refused. */
export function after(model: Model, base: Shape | undefined, step: Step, id: number): Model {
  switch (step.do) {
    case 'commit': {
      const sections = new Map(base?.sections)
      for (const { name, bytes, drop, replace } of step.sections) {
        const before = replace ? [] : (sections.get(name) ?? []).slice(drop)
        sections.set(name, [...before, ...contentOf(id, name, bytes)])
      }
      return { ...model, latest: { id, sections } }
    }
    case 'keep':
      if (model.latest === undefined || model.savepoints.has(step.savepoint)) return model
      return {
        ...model,
        savepoints: new Map([...model.savepoints, [step.savepoint, model.latest]]),
      }
    case 'discard':
      return {
        ...model,
        savepoints: new Map([...model.savepoints].filter(([name]) => name !== step.savepoint)),
      }
    default:
      return model
  }
}

/** Two blocks. */
function contentOf(id: number, name: string, bytes: number): string[] {
  const text = `${name}${id};`.repeat(100)
  const half = bytes >> 1
  return [text.slice(0, half), text.slice(half, bytes)]
}

/** Does a step, and says what the next commit follows if the step chose that. */
async function perform(store: Store, step: Step, id: number): Promise<void> {
  if (step.do === 'keep') await store.keep(step.savepoint)
  if (step.do === 'discard') await store.discard(step.savepoint)
  if (step.do === 'startAnew') store.goOnFrom(undefined)
  if (step.do === 'goOnFrom') {
    const savepoint = store.savepoint(step.savepoint)
    if (savepoint !== undefined) store.goOnFrom(savepoint)
  }
  if (step.do !== 'commit') return
  const sections = step.sections.map(({ name, bytes, drop, replace }) => {
    const blocks = contentOf(id, name, bytes).map((text) => new TextEncoder().encode(text))
    return [name, { blocks, drop, replace }] as const
  })
  await store.commit({ id, sections: new Map(sections), meta: { id } })
}

/** What fails when. */
export interface Trouble {
  /** Operations after the trouble before it, or after the start. */
  readonly after: number
  readonly fault: DiskFault
}

/**
 * Does the steps on one disk, beginning again from it whenever the process dies; after each start the store must hold what was
 * acknowledged, or the step in flight done whole. Says how it went wrong; undefined: it did not.
 */
export async function runUnderFaults(options: {
  readonly seed: number
  readonly steps: readonly Step[]
  readonly troubles: readonly Trouble[]
}): Promise<string | undefined> {
  const troubles = [...options.troubles]
  let countdown = troubles[0]?.after ?? Infinity
  const disk = new SimulatedDisk({
    seed: options.seed,
    fault: () => {
      if (countdown-- > 0) return undefined
      const fault = troubles.shift()?.fault
      countdown = troubles[0]?.after ?? Infinity
      return fault
    },
  })
  let possible: readonly Model[] = [{ latest: undefined, savepoints: new Map() }]
  const steps = [...options.steps]
  // Once all trouble is over, each start gets as far as it wants.
  for (let starts = 0; starts < options.troubles.length + options.steps.length + 3; starts++) {
    const fs = disk.start()
    let store: Store | undefined
    try {
      const clock = { now: () => 0 }
      store = await openStore({ directory: '/state', job: 'job', fs, clock, worthBytes: 8 })
      const found = await modelOf(store)
      if (!possible.map(textOf).includes(textOf(found))) {
        return `start ${starts} found ${textOf(found)}, not ${possible.map(textOf).join(' or ')}`
      }
      possible = [found]
      let current = found
      let base = found.latest
      for (let step = steps.shift(); step !== undefined; step = steps.shift()) {
        if (step.do === 'reopen') break
        const id = store.lastId + 1
        const next = after(current, base, step, id)
        possible = [current, next]
        try {
          await perform(store, step, id)
          if (step.do === 'commit') base = next.latest
          if (step.do === 'startAnew') base = undefined
          if (step.do === 'goOnFrom') base = current.savepoints.get(step.savepoint) ?? base
          current = next
        } catch (error) {
          // Only these leave open whether it has happened; whoever opens the store again knows.
          const isOpen = step.do === 'discard' || isMillraceError(error, 'STORE_UNCERTAIN')
          if (isOpen || !isMillraceError(error)) throw error
          // What the disk refused has not happened, for all that anybody will ever see.
        }
        possible = [current]
        const seen = textOf(await modelOf(store))
        if (seen !== textOf(current)) return `holds ${seen}, not ${textOf(current)}`
      }
      await store.close()
      if (steps.length === 0 && troubles.length === 0) return undefined
      disk.cutPower()
    } catch (error) {
      const expected = error instanceof SimulatedCrash || isMillraceError(error)
      if (!expected) return `start ${starts}: ${String(error)}`
      if (isMillraceError(error, 'STORE_CORRUPT')) return `start ${starts}: ${error.message}`
      // A process that was refused something ends, too.
      disk.kill()
    }
  }
  return undefined
}
