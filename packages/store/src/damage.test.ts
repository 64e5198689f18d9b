import { expect, it } from 'vitest'
import { readStore } from './checkpoint-reader.ts'
import { encode, open, sectionsOf, textOf } from './open-store.test-support.ts'
import { SimulatedDisk } from './simulated/simulated-disk.ts'

/** Two checkpoints: the second needs a block of the first. */
async function twoCheckpoints(): Promise<SimulatedDisk> {
  const disk = new SimulatedDisk({ seed: 1 })
  const store = await open(disk)
  await store.commit({ id: 1, sections: sectionsOf({ a: 'a1' }) })
  await store.commit({ id: 2, sections: sectionsOf({ a: 'a2' }) })
  await store.close()
  return disk
}

it('names file and byte of a block that is not what was written, and what to do', async () => {
  const disk = await twoCheckpoints()
  disk.damage('/state/blocks-2', 1)
  const store = await open(disk)

  await expect(store.read('a')).rejects.toMatchObject({
    code: 'STORE_CORRUPT',
    message:
      '"/state/blocks-2" is damaged at byte 0: its block of 2 bytes is not what was written.',
    hint:
      'Restore the file from a copy, or move checkpoint-2 out of the directory to go on from checkpoint 1: ' +
      'results since then come again.',
  })
})

it('says so where no checkpoint does without what is damaged', async () => {
  const disk = await twoCheckpoints()
  await disk.start().remove('/state/blocks-1')

  await expect(open(disk)).rejects.toMatchObject({
    code: 'STORE_CORRUPT',
    message: '"/state/blocks-1" is damaged at byte 0: the file is missing.',
    hint: 'Restore the directory from a copy, import an export, or start without it: --fresh (in code fresh: true).',
  })
})

it('refuses blocks that end too early when it is opened', async () => {
  const disk = await twoCheckpoints()
  disk.replace('/state/blocks-2', encode('a'))

  await expect(open(disk)).rejects.toThrow(
    '"/state/blocks-2" is damaged at byte 1: it ends too early.',
  )
})

it.each([
  ['checkpoint-2', 'is no checkpoint'],
  ['blocks-2', ''],
])('begins anew where %s is damaged, and keeps it until there is more', async (name, text) => {
  const disk = await twoCheckpoints()
  disk.replace(`/state/${name}`, encode(text))

  const store = await open(disk, { anew: true })
  store.goOnFrom(undefined)
  const there = disk.bytes(`/state/${name}`)
  await store.commit({ id: store.lastId + 1, sections: sectionsOf({ a: 'a3' }) })
  await store.close()

  expect(there).toEqual(encode(text))
  const again = await open(disk)
  expect(again.latest()).toMatchObject({ id: 3 })
  expect(await textOf(again, 'a')).toEqual(['a3'])
})

it('never takes a damaged checkpoint for one that was not finished', async () => {
  const whole = new TextDecoder().decode((await twoCheckpoints()).bytes('/state/checkpoint-2'))
  const faults: [string, string][] = [
    ['', '"/state/checkpoint-2" is damaged at byte 0: it does not begin like a checkpoint.'],
    [
      whole.slice(0, -3),
      `"/state/checkpoint-2" is damaged at byte ${whole.length - 3}: it ends too early.`,
    ],
    [
      whole.replace('flights', 'flighty'),
      '"/state/checkpoint-2" is damaged at byte 37: its checksum is wrong.',
    ],
    [
      `${whole} `,
      `"/state/checkpoint-2" is damaged at byte ${whole.length}: bytes follow its end.`,
    ],
  ]
  for (const [text, message] of faults) {
    const disk = await twoCheckpoints()
    disk.replace('/state/checkpoint-2', encode(text))

    await expect(open(disk)).rejects.toThrow(message)
    await expect(readStore({ directory: '/state', fs: disk.start() })).rejects.toThrow(message)

    // What the hint says helps.
    await disk.start().remove('/state/checkpoint-2')
    expect(await textOf(await open(disk), 'a')).toEqual(['a1'])
  }
})

it('refuses to begin anew where all checkpoints were removed, and says what helps', async () => {
  const disk = await twoCheckpoints()
  for (const name of ['checkpoint-1', 'checkpoint-2']) await disk.start().remove(`/state/${name}`)

  const refusal = { code: 'STORE_REMOVED', message: expect.stringContaining('/state') as string }
  await expect(open(disk)).rejects.toMatchObject(refusal)
  await expect(readStore({ directory: '/state', fs: disk.start() })).rejects.toMatchObject(refusal)

  // What the hint says helps.
  const anew = await open(disk, { anew: true })
  await anew.commit({ id: 1, sections: sectionsOf({ a: ['new'] }) })
  await anew.close()
  expect(await textOf(await open(disk), 'a')).toEqual(['new'])
})

it('begins where a first checkpoint has never become one, whatever it has left', async () => {
  const disk = new SimulatedDisk({ seed: 1 })
  await (await open(disk)).close()
  await (await disk.start().create('/state/blocks-1')).close()

  expect((await open(disk)).latest()).toBeUndefined()
})

it('refuses a format it does not know', async () => {
  const disk = await twoCheckpoints()
  disk.replace('/state/checkpoint-2', encode('millrace checkpoint 2 anything\n'))

  await expect(open(disk)).rejects.toMatchObject({
    code: 'STORE_NEWER',
    message: '"/state/checkpoint-2" has format 2; this version of Millrace reads up to 1.',
  })
})

it('goes on though an older checkpoint is damaged, and keeps what a damaged savepoint may need', async () => {
  const disk = await twoCheckpoints()
  const first = await open(disk)
  await first.keep('mine')
  await first.close()
  disk.damage('/state/checkpoint-1', 40)
  disk.damage('/state/savepoint-mine', 40)

  const store = await open(disk)
  for (const id of [3, 4]) await store.commit({ id, sections: sectionsOf({ a: [`a${id}`] }) })
  await store.close()

  const names = await disk.start().list('/state')
  expect(names).not.toContain('checkpoint-1')
  expect(names).toContain('blocks-1')
  const again = await open(disk)
  expect(() => again.savepoint('mine')).toThrow('"/state/savepoint-mine" is damaged at byte')
  await again.discard('mine')
  expect(await disk.start().list('/state')).not.toContain('blocks-1')
})

it('ignores what commits left that were not finished', async () => {
  const disk = await twoCheckpoints()
  const file = await disk.start().create('/state/blocks-3')
  await file.write(encode('half'))
  await disk.start().create('/state/unfinished')

  const store = await open(disk)
  await store.commit({ id: 3, sections: sectionsOf({ a: 'a3' }) })

  expect(await textOf(store, 'a')).toEqual(['a1', 'a2', 'a3'])
})

it('is read while another process holds it, and says what that removed meanwhile', async () => {
  const disk = new SimulatedDisk({ seed: 1 })
  const store = await open(disk)
  await expect(readStore({ directory: '/state', fs: disk.start() })).rejects.toThrow(
    'There is no state in "/state".',
  )
  await store.commit({ id: 1, sections: sectionsOf({ a: ['a1'] }), meta: 'm' })

  const reader = await readStore({ directory: '/state', fs: disk.start() })
  expect(reader.job).toBe('flights')
  expect(reader.latest()?.meta).toBe('m')
  expect(await reader.read('a')).toEqual([encode('a1')])

  for (const id of [2, 3, 4]) await store.commit({ id, sections: sectionsOf({ a: [`a${id}`] }) })
  await store.close()
  await expect(reader.read('a')).rejects.toThrow(
    'Checkpoint 1 in "/state" was replaced by later ones while it was read.',
  )
  await expect(readStore({ directory: '/none', fs: disk.start() })).rejects.toThrow(
    'There is no state in "/none".',
  )
})
