import { expect } from 'vitest'
import type { SpillFile } from './spill-file.ts'

/** Counts what was done to it, and fails where it is told to. */
export interface MemorySpill extends SpillFile {
  puts: number
  takes: number
  isClosed: boolean
}

/** A spill file in memory that holds everyone to its contract. */
export function memorySpill(): MemorySpill {
  const encoded: unknown[] = []
  const waiting = new Map<number, Uint8Array>()
  return {
    puts: 0,
    takes: 0,
    isClosed: false,
    encode: (data) =>
      new Uint8Array(Uint32Array.of(encoded.push(structuredClone(data)) - 1).buffer),
    decode: (bytes) => structuredClone(encoded[new Uint32Array(bytes.slice().buffer)[0] as number]),
    put(slot, bytes) {
      expect(waiting.has(slot)).toBe(false)
      waiting.set(slot, bytes.slice())
      this.puts++
    },
    take(slot) {
      const bytes = waiting.get(slot)
      expect(bytes).toBeDefined()
      waiting.delete(slot)
      this.takes++
      return bytes as Uint8Array
    },
    hold(slots) {
      const bytes = Array.from(slots, (slot) => waiting.get(slot) as Uint8Array)
      expect(bytes).not.toContain(undefined)
      return { slots, lengths: Int32Array.from(bytes, ({ length }) => length), bytes }
    },
    get size() {
      return waiting.size
    },
    close() {
      this.isClosed = true
    },
  }
}
