import { invariant } from '../invariant.ts'

/** What a key field may hold. */
export type KeyValue = string | number | boolean | bigint | null

const NULL = 0
const FALSE = 1
const TRUE = 2
const NUMBER = 3
/** What a text begins with. */
export const TEXT = 4
const BIG_POSITIVE = 5
const BIG_NEGATIVE = 6

/**
 * The bytes of a key: its values in the order of `by`, one behind the other. Distinct keys have distinct bytes, and equal ones
 * the same bytes on every machine and in every version: 1, '1', true and 1n differ; 0 and -0 are one. Text is UTF-8, in which
 * a half of a surrogate pair stands by itself. The format and its test vectors: docs/reference/keys.md. NaN is no key.
 */
export function encodeKey(values: readonly KeyValue[]): Uint8Array {
  const bytes: number[] = []
  for (const value of values) addValue(bytes, value)
  return Uint8Array.from(bytes)
}

function addValue(bytes: number[], value: KeyValue): void {
  if (value === null) bytes.push(NULL)
  else if (typeof value === 'boolean') bytes.push(value ? TRUE : FALSE)
  else if (typeof value === 'number') addNumber(bytes, value)
  else if (typeof value === 'string') addText(bytes, value)
  else addBig(bytes, value)
}

function addNumber(bytes: number[], value: number): void {
  invariant(!Number.isNaN(value), 'NaN is no key')
  view.setFloat64(0, value + 0)
  bytes.push(NUMBER, ...eight)
}

function addText(bytes: number[], text: string): void {
  bytes.push(TEXT)
  addLength(bytes, lengthOf(text))
  for (const sign of text) {
    const code = sign.codePointAt(0) as number
    if (code < 0x80) bytes.push(code)
    else if (code < 0x800) bytes.push(0xc0 | (code >> 6), rest(code))
    else if (code < 0x10000) bytes.push(0xe0 | (code >> 12), rest(code >> 6), rest(code))
    else bytes.push(0xf0 | (code >> 18), rest(code >> 12), rest(code >> 6), rest(code))
  }
}

function addBig(bytes: number[], value: bigint): void {
  const digits: number[] = []
  for (let left = value < 0n ? -value : value; left > 0n; left >>= 8n)
    digits.push(Number(left & 255n))
  bytes.push(value < 0n ? BIG_NEGATIVE : BIG_POSITIVE)
  addLength(bytes, digits.length)
  bytes.push(...digits.toReversed())
}

/** Seven bits a byte, the lowest first; all but the last have the eighth. */
function addLength(bytes: number[], length: number): void {
  let left = length
  for (; left >= 0x80; left = Math.floor(left / 0x80)) bytes.push((left % 0x80) | 0x80)
  bytes.push(left)
}

/** Bytes of a text as UTF-8. */
function lengthOf(text: string): number {
  let length = 0
  for (const sign of text) {
    const code = sign.codePointAt(0) as number
    length += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4
  }
  return length
}

function rest(code: number): number {
  return 0x80 | (code & 0x3f)
}

const eight = new Uint8Array(8)
const view = new DataView(eight.buffer)
