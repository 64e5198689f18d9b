import type { SpillFile } from '@millrace/engine'
import { nodeScratch, SlotFile } from '@millrace/store'
import { decode, encode } from './encoding.ts'

/** Opens what a stage spills to, on the disk of this machine. Throws STORE_NO_ACCESS and other errors of the disk. */
export function openSpill(directory: string): SpillFile {
  const file = new SlotFile(() => nodeScratch(directory), directory)
  return {
    encode,
    decode,
    put: (slot, bytes) => file.put(slot, bytes),
    take: (slot) => file.take(slot),
    hold: (slots) => file.hold(slots),
    get size() {
      return file.size
    },
    close: () => file.close(),
  }
}
