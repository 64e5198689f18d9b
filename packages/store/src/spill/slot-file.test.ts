import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, expect, it } from 'vitest'
import { nodeScratch } from '../node/node-scratch.ts'
import type { HeldSlots } from './held-slots.ts'
import { SlotFile } from './slot-file.ts'

const SLOTS = 6
const directory = mkdtempSync(join(tmpdir(), 'slot-file-'))
afterAll(() => rmSync(directory, { recursive: true }))

interface Step {
  readonly does: 'put' | 'take' | 'hold' | 'read'
  readonly slot: number
  readonly kib: number
}

const steps = fc.array(
  fc.record<Step>({
    does: fc.constantFrom('put', 'put', 'put', 'take', 'hold', 'read'),
    slot: fc.nat({ max: SLOTS - 1 }),
    kib: fc.constantFrom(0, 1, 1, 40, 300),
  }),
  { minLength: 20, maxLength: 120 },
)

/** Bytes that say whose they are, at both ends. */
function bytesOf(number: number, kib: number): Uint8Array {
  const bytes = new Uint8Array(8 + 1024 * kib).fill(number & 0xff)
  new DataView(bytes.buffer).setUint32(0, number)
  return bytes
}

/** Far faster than toEqual. */
const areSame = (
  some: readonly Uint8Array[],
  others: readonly (Uint8Array | undefined)[],
): boolean =>
  some.length === others.length &&
  some.every((one, at) => Buffer.compare(one, others[at] ?? new Uint8Array(0)) === 0)

it('gives back what was put, and to whoever holds slots what they had then, while room is won back', () => {
  fc.assert(
    fc.property(steps, (script) => {
      const file = new SlotFile(() => nodeScratch(directory), directory, 10_000)
      const model = new Map<number, Uint8Array>()
      const same: boolean[] = []
      let held: { readonly of: HeldSlots; readonly expected: Uint8Array[]; at: number } | undefined
      for (const [number, { does, kib, slot }] of script.entries()) {
        if (does === 'hold') {
          const slots = Int32Array.from(model.keys())
          held = { of: file.hold(slots).bytes, expected: [...model.values()], at: 0 }
        } else if (does === 'read' && held !== undefined) {
          const { at, expected, of } = held
          same.push(areSame(of.slice(at, at + 2), expected.slice(at, at + 2)))
          held.at += 2
        } else if (does === 'take' || model.has(slot)) {
          if (!model.has(slot)) continue
          same.push(areSame([file.take(slot)], [model.get(slot)]))
          model.delete(slot)
        }
        if (does !== 'put') continue
        const bytes = bytesOf(number, kib)
        file.put(slot, bytes)
        model.set(slot, bytes.slice())
        bytes.fill(0xff)
      }
      for (const [slot, bytes] of model) same.push(areSame([file.take(slot)], [bytes]))
      expect(same).not.toContain(false)
      file.close()
    }),
    { numRuns: 100 },
  )
})

it('stays within a few times what it holds', () => {
  const file = new SlotFile(() => nodeScratch(directory), directory, 100_000)
  const bytes = new Uint8Array(1000)
  for (let slot = 0; slot < 1000; slot++) file.put(slot, bytes)
  let most = 0

  for (let count = 0; count < 20_000; count++) {
    const slot = (count * 7) % 1000
    file.take(slot)
    file.put(slot, bytes)
    most = Math.max(most, file.size)
  }

  expect(most).toBeLessThan(3_500_000)
  file.close()
})

it('leaves no name behind, also while it is in use', () => {
  const file = new SlotFile(() => nodeScratch(directory), directory)
  file.put(0, new Uint8Array(2 << 20))

  expect(readdirSync(directory)).toEqual([])
  file.close()
})

it('says that the disk is full', () => {
  const full = {
    write() {
      throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
    },
    read() {},
    close() {},
  }
  const file = new SlotFile(() => full, '/var/spill')

  expect(() => file.put(0, new Uint8Array(2 << 20))).toThrow(
    'The disk is full: "/var/spill" could not be written.',
  )
})

it('reads nothing of another file once it is closed', () => {
  const file = new SlotFile(() => nodeScratch(directory), directory)
  file.put(0, new Uint8Array(2 << 20))
  const { bytes } = file.hold(Int32Array.of(0))
  file.close()
  const other = nodeScratch(directory)
  other.write(new Uint8Array(3 << 20).fill(1), 0)

  expect(() => bytes.slice(0, 1)).toThrow('could not be read or written: the file is closed.')
  other.close()
})
