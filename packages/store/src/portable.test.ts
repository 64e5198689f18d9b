import { expect, it } from 'vitest'
import { open, sectionsOf, textOf } from './open-store.test-support.ts'
import { exportCheckpoint, importCheckpoint } from './portable.ts'
import { SimulatedDisk } from './simulated/simulated-disk.ts'
import type { Checkpoint, Store } from './store.ts'

async function withCheckpoint(): Promise<{ store: Store; checkpoint: Checkpoint }> {
  const store = await open(new SimulatedDisk({ seed: 1 }))
  const sections = sectionsOf({ text: ['{"n":1}', 'more'], raw: 'bytes', empty: [''] })
  return { store, checkpoint: await store.commit({ id: 7, sections, meta: { x: 1 } }) }
}

async function linesOf(exported: AsyncIterable<string>): Promise<string[]> {
  const lines: string[] = []
  for await (const line of exported) lines.push(line)
  return lines
}

it('writes a checkpoint as lines: what it is, its blocks, and that this was all', async () => {
  const { store, checkpoint } = await withCheckpoint()

  const lines = await linesOf(exportCheckpoint(store, checkpoint))

  expect(lines.join('')).toBe(
    [
      '{"millrace":"state","format":1,"job":"flights","id":7,"at":1795219200000,"sections":["text","raw","empty"],"meta":{"x":1}}',
      '{"section":"text","crc":3561700222,"base64":"eyJuIjoxfQ=="}',
      '{"section":"text","crc":2337469052,"base64":"bW9yZQ=="}',
      '{"section":"raw","crc":2979611598,"base64":"Ynl0ZXM="}',
      '{"section":"empty","crc":0,"base64":""}',
      '{"end":true,"blocks":4}',
      '',
    ].join('\n'),
  )
})

it('reads its own lines again', async () => {
  const { store, checkpoint } = await withCheckpoint()
  const exported = await importCheckpoint(exportCheckpoint(store, checkpoint))
  const other = await open(new SimulatedDisk({ seed: 1 }))
  await other.commit(exported)

  expect(exported.job).toBe('flights')
  expect(other.latest()).toEqual(checkpoint)
  expect(await textOf(other, 'text')).toEqual(['{"n":1}', 'more'])
  expect(await textOf(other, 'raw')).toEqual(['bytes'])
})

it('refuses what is no whole export, and says which line', async () => {
  const { store, checkpoint } = await withCheckpoint()
  const lines = await linesOf(exportCheckpoint(store, checkpoint))
  const [head, first, second, third, fourth, end] = lines as [
    string,
    string,
    string,
    string,
    string,
    string,
  ]
  const whole = 'The file is no whole export of state: '
  const faults: [readonly string[], string][] = [
    [[], `${whole}line 1 is missing.`],
    [['{}'], `${whole}line 1 does not say that it is one.`],
    [['{"millrace":"state","format":1}'], `${whole}line 1 lacks job, id or sections.`],
    [
      ['{"millrace":"state","format":2}'],
      '"the export" has format 2; this version of Millrace reads up to 1.',
    ],
    [[head, first, 'x'], `${whole}line 3 is no JSON object.`],
    [[head, first, second], `${whole}line 4 is missing.`],
    [[head, first, second, third, end], `${whole}line 5 tells of 4 blocks, not 3.`],
    [[head, first, second, third, fourth, end, first], `${whole}line 7 follows its end.`],
    [[head, first.replace('text', 'texts')], `${whole}line 2 is of no section.`],
    [
      [head, first.replace('"base64":"e', '"base64":"f')],
      `${whole}line 2 has another checksum than its bytes.`,
    ],
    [[head, '{"section":"text","value":1}'], `${whole}line 2 holds no block.`],
  ]
  for (const [given, message] of faults) {
    await expect(importCheckpoint(given)).rejects.toThrow(message)
  }
})
