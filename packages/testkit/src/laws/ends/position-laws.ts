import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { demand, type Law, shown } from '../law.ts'
import { demandSameEntries } from './entry-laws.ts'
import { sourceLaw, type SourceUnderLaw } from './source-laws-options.ts'

/** Laws on where a source begins, and on how it ends. */
export function positionLaws<P, I>(source: SourceUnderLaw<P, I>): Law[] {
  const laws = [ends(source), stop(source), close(source)]
  const { replay } = source.definition
  if (replay !== 'none' && replay !== 'ack') laws.push(position(source))
  return laws
}

const nothing = fc.constant(undefined)
const place = fc.record({ partition: fc.nat({ max: 3 }), after: fc.nat({ max: 6 }) })

function position<P, I>(source: SourceUnderLaw<P, I>): Law {
  const title = 'read on from the position of any batch, it gives the rest'
  return sourceLaw(source, { id: 'position', title }, place, async (placed, one) => {
    const { traits } = await placed.create()
    if (traits.replay !== 'position') return
    const readings = [...(await placed.all())]
    const found = readings[one.partition % Math.max(1, readings.length)]
    if (found === undefined) return
    const [name, { batches, entries, isOver }] = found
    const index = one.after % Math.max(1, batches.length)
    const batch = batches[index]
    if (batch === undefined) return
    demand(batch.position !== undefined, () => `Batch ${index} has no position.`)
    const read = batches
      .slice(0, index + 1)
      .reduce((sum, { malformed, values }) => sum + values.length + (malformed?.length ?? 0), 0)
    const plain = JSON.parse(JSON.stringify(batch.position) ?? 'null') as unknown
    demand(
      isDeepStrictEqual(plain, batch.position),
      () => `Its position is no JSON data: ${shown(batch.position)} is read as ${shown(plain)}.`,
    )
    const rest = await placed.one(name, {
      // As another process gets it.
      position: plain,
      offset: (entries[read - 1]?.offset ?? -1) + 1,
      // Batches may be cut otherwise, and only so many entries were looked at.
      ...(isOver ? {} : { limit: Math.max(1, entries.length - read) }),
    })
    const expected = entries.slice(read)
    const given = isOver ? rest.entries : rest.entries.slice(0, expected.length)
    demandSameEntries(`Read as a whole, and on from batch ${index}`, expected, given)
  })
}

function ends<P, I>(source: SourceUnderLaw<P, I>): Law {
  const title = 'it ends where it says that it ends, and only there'
  return sourceLaw(source, { id: 'ends', title }, nothing, async (placed) => {
    const readings = [...(await placed.all()).values()]
    const last = readings.at(-1)
    const { traits } = await placed.create()
    if (traits.ends) return
    demand(
      last?.isOver === false,
      () =>
        `It says that its input has no end, and came to it behind ${last?.entries.length ?? 0} entries.`,
    )
  })
}

function stop<P, I>(source: SourceUnderLaw<P, I>): Law {
  const title = 'told to stop at any moment, it returns, and has given the beginning'
  const moment = fc.record({ after: fc.nat({ max: 6 }), isPending: fc.boolean() })
  return sourceLaw(source, { id: 'stop', title }, moment, async (placed, moment) => {
    for (const [name, whole] of await placed.all()) {
      const after = moment.after % (whole.batches.length + 1)
      const stopped = await placed.one(name, { stop: { ...moment, after } })
      const beginning = whole.entries.slice(0, stopped.entries.length)
      const how = `Read as a whole, and stopped behind ${after} batches`
      demandSameEntries(how, beginning, stopped.entries)
    }
  })
}

function close<P, I>(source: SourceUnderLaw<P, I>): Law {
  const title = 'it can be closed at any point, and reads the same afterwards'
  return sourceLaw(source, { id: 'close', title }, place, async (placed, { after }) => {
    const before = await placed.all()
    const unopened = await placed.create()
    await unopened.close()
    await placed.with(() => Promise.resolve())
    for (const [name, { entries }] of before) {
      // Left in the middle of its input.
      const part = await placed.one(name, { limit: after + 1 })
      demandSameEntries('Two readings', entries.slice(0, part.entries.length), part.entries)
    }
    const again = await placed.all()
    for (const [name, { entries }] of before) {
      const others = again.get(name)?.entries ?? []
      demandSameEntries('Before, and after others were closed', entries, others)
    }
  })
}
