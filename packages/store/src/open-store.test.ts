import { expect, it } from 'vitest'
import { encode, open, sectionsOf, textOf } from './open-store.test-support.ts'
import { openStore } from './open-store.ts'
import { SimulatedDisk } from './simulated/simulated-disk.ts'

it('appends blocks, replaces sections, and leaves those alone that are not named', async () => {
  const store = await open(new SimulatedDisk({ seed: 1 }))
  expect(store.latest()).toBeUndefined()
  expect(store.lastId).toBe(0)

  await store.commit({
    id: 1,
    sections: sectionsOf({ a: 'a1', b: 'b1', c: 'c1' }),
    meta: { at: 7 },
  })
  const second = await store.commit({
    id: 2,
    sections: sectionsOf({ a: 'a2', b: ['b2', 'b3'], c: [] }),
  })

  expect(second).toEqual({
    id: 2,
    at: Date.UTC(2026, 10, 21),
    meta: null,
    sections: [
      { name: 'a', blocks: [2, 2] },
      { name: 'b', blocks: [2, 2] },
    ],
  })
  expect(await textOf(store, 'a')).toEqual(['a1', 'a2'])
  expect(await textOf(store, 'b')).toEqual(['b2', 'b3'])
  expect(await textOf(store, 'c')).toEqual([])
  expect(store.lastId).toBe(2)
})

it('drops the oldest blocks of a section, with the files that only these needed', async () => {
  const disk = new SimulatedDisk({ seed: 1 })
  const store = await open(disk)
  for (const id of [1, 2, 3, 4]) {
    const sections = new Map([['a', { blocks: [encode(`${id}`)], drop: id < 3 ? 0 : 1 }]])
    await store.commit({ id, sections })
  }
  await store.close()

  const again = await open(disk)
  expect(await textOf(again, 'a')).toEqual(['3', '4'])
  expect(await disk.start().list('/state')).not.toContain('blocks-1')
})

it('keeps the last two checkpoints and every savepoint, and removes what only others needed', async () => {
  const disk = new SimulatedDisk({ seed: 1 })
  const store = await open(disk)
  await store.commit({ id: 1, sections: sectionsOf({ a: ['one'] }) })
  await store.keep('first')
  for (const id of [2, 3, 4]) await store.commit({ id, sections: sectionsOf({ a: [`${id}`] }) })
  await store.close()

  expect((await disk.start().list('/state')).toSorted()).toEqual([
    'begun',
    'blocks-1',
    'blocks-3',
    'blocks-4',
    'checkpoint-3',
    'checkpoint-4',
    'holder.json',
    'savepoint-first',
  ])
  const again = await open(disk)
  expect(again.checkpoints().map(({ id, savepoint }) => [id, savepoint])).toEqual([
    [1, 'first'],
    [3, undefined],
    [4, undefined],
  ])
  expect(await again.read('a', again.savepoint('first'))).toEqual([encode('one')])

  await again.discard('first')

  expect(await disk.start().list('/state')).not.toContain('blocks-1')
  expect(again.savepoint('first')).toBeUndefined()
})

it('goes on from a savepoint, or from nothing', async () => {
  const disk = new SimulatedDisk({ seed: 1 })
  const store = await open(disk)
  await store.commit({ id: 1, sections: sectionsOf({ a: 'a1' }) })
  await store.keep('first')
  await store.commit({ id: 2, sections: sectionsOf({ a: 'a2', b: 'b2' }) })

  store.goOnFrom(store.savepoint('first'))
  await store.commit({ id: 3, sections: sectionsOf({ a: 'a3' }) })
  expect(await textOf(store, 'a')).toEqual(['a1', 'a3'])
  expect(await textOf(store, 'b')).toEqual([])

  store.goOnFrom(undefined)
  await store.commit({ id: 4, sections: sectionsOf({ c: 'c4' }) })
  expect(store.latest()?.sections).toEqual([{ name: 'c', blocks: [2] }])
})

it('refuses names of savepoints that are taken, unknown or no names, and ids that were tried', async () => {
  const store = await open(new SimulatedDisk({ seed: 1 }))
  await expect(store.keep('early')).rejects.toThrow(
    'Savepoint "early" has nothing to keep: there is no checkpoint yet.',
  )
  await store.commit({ id: 5, sections: new Map() })
  await store.keep('one')

  await expect(store.keep('one')).rejects.toThrow('Savepoint "one" exists already.')
  await expect(store.keep('../x')).rejects.toThrow('Savepoint "../x" is no name for a savepoint.')
  await expect(store.discard('two')).rejects.toMatchObject({
    message: 'Savepoint "two" does not exist.',
    hint: 'Savepoints: one.',
  })
  await expect(store.commit({ id: 5, sections: new Map() })).rejects.toThrow(
    'The id of a checkpoint is above 5; got 5.',
  )
})

it('is held by one process; when that dies the next one gets it', async () => {
  const disk = new SimulatedDisk({ seed: 1 })
  await open(disk)

  await expect(open(disk)).rejects.toThrow(
    /^Process \d+ on .+ holds the state in "\/state" since 2026-11-21T00:00:00.000Z\.$/,
  )

  disk.kill()
  const store = await open(disk)
  await store.close()
  await store.close()
  await (await open(disk)).close()
  await expect(store.commit({ id: 1, sections: new Map() })).rejects.toThrow(
    'The store in "/state" is closed.',
  )
})

it('refuses the state of another job', async () => {
  const disk = new SimulatedDisk({ seed: 1 })
  const store = await open(disk)
  await store.commit({ id: 1, sections: new Map() })
  await store.close()
  const options = { directory: '/state', job: 'trains', fs: disk.start(), clock: { now: () => 0 } }

  await expect(openStore(options)).rejects.toThrow(
    '"/state" holds the state of job "flights", not of "trains".',
  )
})

it('says which disk is full or refuses, and goes on once it does not', async () => {
  let code: 'ENOSPC' | 'EROFS' | 'EIO' | undefined
  const disk = new SimulatedDisk({
    seed: 2,
    fault: ({ name }) => (name === 'write' && code !== undefined ? { code } : undefined),
  })
  const store = await open(disk)
  await store.commit({ id: 1, sections: sectionsOf({ a: 'a1' }) })

  code = 'ENOSPC'
  await expect(store.commit({ id: 2, sections: sectionsOf({ a: 'a2' }) })).rejects.toMatchObject({
    code: 'STORE_FULL',
    retry: 'later',
    message: 'The disk is full: "/state/blocks-2" could not be written.',
  })
  code = 'EROFS'
  await expect(store.commit({ id: 3, sections: sectionsOf({ a: 'a2' }) })).rejects.toMatchObject({
    code: 'STORE_NO_ACCESS',
  })
  code = 'EIO'
  await expect(store.commit({ id: 4, sections: sectionsOf({ a: 'a2' }) })).rejects.toMatchObject({
    code: 'STORE_IO',
  })
  expect(await textOf(store, 'a')).toEqual(['a1'])

  code = undefined
  await store.commit({ id: 5, sections: sectionsOf({ a: 'a2' }) })
  expect(await textOf(store, 'a')).toEqual(['a1', 'a2'])
})

it('takes no further commit once nobody knows whether one is on disk', async () => {
  let broken = false
  const disk = new SimulatedDisk({
    seed: 2,
    fault: ({ name }) => (broken && name === 'syncDirectory' ? { code: 'EIO' } : undefined),
  })
  const store = await open(disk)
  await store.commit({ id: 1, sections: new Map() })

  broken = true
  const unknown =
    'The disk failed while checkpoint 2 was committed to "/state"; it may be there, whole, or not.'
  await expect(store.commit({ id: 2, sections: new Map() })).rejects.toThrow(unknown)
  broken = false
  await expect(store.commit({ id: 3, sections: new Map() })).rejects.toThrow(unknown)
})
