/** How many bytes a snapshot holds: 8 for a number, 1 for each character, truth and nothing; names and what holds it all together do not count. */
export function bytesOf(data: unknown): number {
  if (typeof data === 'number') return 8
  if (typeof data === 'string') return data.length
  if (ArrayBuffer.isView(data)) return data.byteLength
  if (typeof data !== 'object' || data === null) return 1
  return Object.values(data).reduce<number>((sum, one) => sum + bytesOf(one), 0)
}
