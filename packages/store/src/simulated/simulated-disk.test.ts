import { expect, it } from 'vitest'
import {
  type DiskFault,
  type DiskOperation,
  SimulatedCrash,
  SimulatedDisk,
} from './simulated-disk.ts'

const encode = (text: string): Uint8Array => new TextEncoder().encode(text)
const SEEDS = Array.from({ length: 200 }, (_, seed) => seed)

/** What is there after a power cut, under each of many seeds. */
async function afterPowerCuts(write: (disk: SimulatedDisk) => Promise<void>): Promise<string[]> {
  const outcomes = new Set<string>()
  for (const seed of SEEDS) {
    const disk = new SimulatedDisk({ seed })
    await disk.start().makeDirectory('/d')
    await write(disk)
    disk.cutPower()
    const names = (await disk.start().list('/d')).toSorted()
    const texts = names.map((name) => new TextDecoder().decode(disk.bytes(`/d/${name}`)))
    outcomes.add(names.map((name, index) => `${name}=${texts[index]}`).join(' '))
  }
  return [...outcomes].toSorted()
}

async function create(disk: SimulatedDisk, path: string, text: string, sync = true): Promise<void> {
  const file = await disk.start().create(path)
  await file.write(encode(text))
  if (sync) await file.sync()
}

it('keeps through a power cut what was synced, name and bytes', async () => {
  const outcomes = await afterPowerCuts(async (disk) => {
    await create(disk, '/d/a', 'whole')
    await disk.start().syncDirectory('/d')
  })

  expect(outcomes).toEqual(['a=whole'])
})

it('loses names that were not synced, each by itself', async () => {
  const outcomes = await afterPowerCuts(async (disk) => {
    await create(disk, '/d/a', '1')
    await create(disk, '/d/b', '2')
  })

  expect(outcomes).toEqual(['', 'a=1', 'a=1 b=2', 'b=2'])
})

it('renames in one step: the old or the new, never both or none', async () => {
  const outcomes = await afterPowerCuts(async (disk) => {
    await create(disk, '/d/new', '2')
    await create(disk, '/d/a', '1')
    await disk.start().syncDirectory('/d')
    await disk.start().rename('/d/new', '/d/a')
  })

  expect(outcomes).toEqual(['a=1 new=2', 'a=2'])
})

it('tears writes that were not synced, in any order', async () => {
  const outcomes = await afterPowerCuts(async (disk) => {
    await create(disk, '/d/a', `${'1'.repeat(16)}${'2'.repeat(16)}`, false)
    await disk.start().syncDirectory('/d')
  })

  const zeros = '\0'.repeat(16)
  expect(outcomes).toEqual([
    'a=',
    `a=${zeros}${zeros}`,
    `a=${zeros}${'2'.repeat(16)}`,
    `a=${'1'.repeat(16)}${zeros}`,
    `a=${'1'.repeat(16)}${'2'.repeat(16)}`,
  ])
})

it('may lose for good what a failed sync should have kept, though it is read as before', async () => {
  const outcomes = new Set<string>()
  for (const seed of SEEDS) {
    let failing = true
    const fault = ({ name }: DiskOperation): DiskFault | undefined =>
      name === 'sync' && failing ? { code: 'EIO' } : undefined
    const disk = new SimulatedDisk({ seed, fault })
    const fs = disk.start()
    await fs.makeDirectory('/d')
    const file = await fs.create('/d/a')
    await file.write(encode('x'))
    await expect(file.sync()).rejects.toMatchObject({ code: 'EIO' })
    expect(await fs.read('/d/a', 0, 9)).toEqual(encode('x'))

    failing = false
    await file.sync()
    await fs.syncDirectory('/d')
    disk.cutPower()
    outcomes.add(new TextDecoder().decode(disk.bytes('/d/a')))
  }

  expect([...outcomes].toSorted()).toEqual(['\0', 'x'])
})

it('lets a dead process do nothing more, and gives its locks away', async () => {
  const disk = new SimulatedDisk({ seed: 1 })
  const fs = disk.start()
  await fs.makeDirectory('/d')
  expect(await fs.lock('/d/lock')).toBeTypeOf('function')
  expect(await fs.lock('/d/lock')).toBeUndefined()

  disk.kill()

  await expect(fs.list('/d')).rejects.toThrow(SimulatedCrash)
  expect(await disk.start().lock('/d/lock')).toBeTypeOf('function')
})
