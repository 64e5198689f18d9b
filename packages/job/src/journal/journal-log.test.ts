import { renderError } from '@millrace/base'
import { SimulatedDisk } from '@millrace/store/simulated'
import { expect, it } from 'vitest'
import { JournalLog } from './journal-log.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const open = (disk: SimulatedDisk): Promise<JournalLog> =>
  JournalLog.open({ fs: disk.start(), directory: '/j' })

async function texts(log: JournalLog, from = 0): Promise<string[]> {
  const found: string[] = []
  for await (const { entry } of log.read(from)) found.push(new TextDecoder().decode(entry))
  return found
}

async function written(): Promise<SimulatedDisk> {
  const disk = new SimulatedDisk({ seed: 1 })
  const log = await open(disk)
  await log.append([bytes('one'), bytes('two')])
  await log.append([bytes('three')])
  await log.close()
  return disk
}

const failed = (error: unknown): string => (error instanceof Error ? renderError(error) : '')

it('has what was appended, from any number on', async () => {
  const log = await open(await written())

  expect(await texts(log)).toEqual(['one', 'two', 'three'])
  expect(await texts(log, 1)).toEqual(['two', 'three'])
  expect(log.next).toBe(3)
})

it('cuts off a last frame that is not whole, and goes on behind the one before', async () => {
  const disk = await written()
  disk.replace('/j/segment-0', disk.bytes('/j/segment-0').subarray(0, -1))

  const log = await open(disk)
  await log.append([bytes('four')])

  expect(await texts(log)).toEqual(['one', 'two', 'four'])
  expect(await texts(await open(disk))).toEqual(['one', 'two', 'four'])
})

it('refuses damage in front of a whole frame', async () => {
  const disk = await written()
  disk.damage('/j/segment-0', 30)

  expect(await open(disk).catch(failed)).toMatchInlineSnapshot(`
    "error[JOB_JOURNAL_DAMAGED]: "/j/segment-0" is damaged at byte 0: records in it cannot be read any more.
      next Put a copy of it in its place; or begin anew with --fresh (in code fresh: true) once the folder of the journal is moved away."
  `)
})

it('says what it no longer has', async () => {
  const disk = await written()
  const second = await open(disk)
  await second.append([bytes('four')])
  await second.drop(3)

  expect(await texts(second, 3)).toEqual(['four'])
  expect(await texts(second, 2).catch(failed)).toMatchInlineSnapshot(`
    "error[JOB_JOURNAL_GONE]: The journal in "/j" has batches 3 to 3, and the job goes on from batch 2.
      next Bring the folder of the journal along with the state, go on from a later checkpoint, or begin anew with --fresh (in code fresh: true)."
  `)
})

it('appends nothing more once the disk has failed', async () => {
  let isFull = false
  const fault = ({ name }: { name: string }) =>
    isFull && name === 'sync' ? ({ code: 'ENOSPC' } as const) : undefined
  const disk = new SimulatedDisk({ seed: 1, fault })
  const log = await open(disk)
  await log.append([bytes('one')])
  isFull = true
  const first = await log.append([bytes('two')]).catch(failed)
  isFull = false

  expect(first).toMatchInlineSnapshot(`
    "error[JOB_JOURNAL_DISK]: The journal in "/j" cannot be used: ENOSPC: sync "/j/segment-0".
      next Check the permissions and the room on the disk, and start the job again: it goes on with what the journal has. What the source had read and the journal has not is to be sent again."
  `)
  expect(await log.append([bytes('two')]).catch(failed)).toBe(first)
  expect(await texts(log)).toEqual(['one'])
})
