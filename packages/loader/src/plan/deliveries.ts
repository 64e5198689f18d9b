import { type Part, sinkTraitsOf, sourceTraitsOf, stageOf } from '../build/part.ts'
import type { Wiring } from '../build/wire.ts'
import type { Delivery } from './job-plan.ts'

type Replay = 'position' | 'ack' | 'none'

/** From the weakest. */
const replays: readonly Replay[] = ['none', 'ack', 'position']

const levels = {
  position: 'exactly once',
  ack: 'at least once',
  none: 'at most once',
} as const

const whyOfSource: Readonly<Record<Replay, string>> = {
  position: 'it is read again from where the last checkpoint stands.',
  ack: 'it gives again what no checkpoint has acknowledged, perhaps twice.',
  none: 'it cannot be read again: what came after the last checkpoint is lost in a crash.',
}

const JOURNALED =
  'its journal has each record before it is handed on, and is read again from where the last checkpoint stands.'

/** How often each part counts a record through crashes, by id, in a job with checkpoints. */
export function deliveriesOf(
  parts: ReadonlyMap<string, Part>,
  { inputs, order }: Wiring,
  journals: Readonly<Record<string, number>> = {},
): ReadonlyMap<string, Delivery> {
  const weakest = new Map<string, Replay>()
  const found = new Map<string, Delivery>()
  for (const [id, part] of parts) {
    const replay = sourceTraitsOf(part)?.replay
    if (replay === undefined) continue
    const isJournaled = id in journals
    weakest.set(id, isJournaled ? 'position' : replay)
    const why = isJournaled ? JOURNALED : whyOfSource[replay]
    found.set(id, { level: isJournaled ? 'exactly once' : levels[replay], why })
  }
  const sources = [...weakest.values()]
  const before = (id: string): Replay => {
    const own = inputs.get(id)?.flatMap(({ from }) => from.map((one) => weakest.get(one.id)))
    return weakestOf((own ?? sources).map((one) => one ?? 'position'))
  }
  for (const id of order) weakest.set(id, before(id))
  for (const [id, part] of parts) {
    const { isDeadLetter, role } = part.entry
    if (role === 'sink') {
      const replay = isDeadLetter ? weakestOf(sources) : before(id)
      found.set(id, deliveryOfSink(replay, sinkTraitsOf(part)?.delivers === 'exactlyOnce'))
    } else if (role === 'stage') found.set(id, deliveryOfStage(part, before(id)))
  }
  return found
}

const weakestOf = (all: readonly Replay[]): Replay =>
  replays.find((replay) => all.includes(replay)) ?? 'position'

function deliveryOfStage(part: Part, replay: Replay): Delivery {
  const level = levels[replay]
  const keeps = stageOf(part)?.definition.keeps ?? 'instance'
  if (keeps === 'nothing') return { level, why: 'it keeps nothing between records.' }
  if (keeps === 'state') {
    return { level, why: `its state is part of checkpoints${ofSource(replay)}.` }
  }
  return {
    level: 'begins anew',
    why: 'what it keeps in fields of its own is in no checkpoint; what it keeps in state is.',
  }
}

function deliveryOfSink(replay: Replay, isExact: boolean): Delivery {
  const level = replay === 'position' && !isExact ? 'at least once' : levels[replay]
  if (!isExact) {
    const why =
      replay === 'none'
        ? `it shows records before a checkpoint holds them${ofSource(replay)}.`
        : 'it shows records before a checkpoint holds them; after a crash some come again, with the same ids.'
    return { level, why }
  }
  return { level, why: `it shows what a checkpoint holds, and nothing else${ofSource(replay)}.` }
}

function ofSource(replay: Replay): string {
  if (replay === 'position') return ''
  return replay === 'ack'
    ? '; but a source may give records twice'
    : '; but a source loses records in a crash'
}
