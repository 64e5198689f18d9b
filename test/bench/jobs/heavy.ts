import type { Visit } from '../compare/data.ts'

export interface Marked {
  readonly id: number
  readonly mark: number
}

const ROUNDS = 1750

/** Works for about 2 µs on each visit, and hands on one of eight. */
export default function heavy({ id, amount }: Visit): Marked | undefined {
  let mark = (id ^ Math.round(amount * 100)) | 0
  for (let round = 0; round < ROUNDS; round++) mark = (Math.imul(mark, 0x01000193) ^ round) | 0
  return (mark & 7) === 0 ? { id, mark } : undefined
}
