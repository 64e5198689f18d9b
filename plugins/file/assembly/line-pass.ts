// Reads flat JSON lines, 16 bytes at a time: AssemblyScript, made into plugins/file/src/read/line-pass-code.ts by
// scripts/generate.ts. It makes nothing: for each line that has a layout it says where that ends, and of each member that is
// wanted what it is. What it accepts is JSON; at anything else (nesting, escapes, white space, faults) it stops, in front of
// that line. All of it is in one memory, laid out as below; plugins/file/src/read/line-pass.ts writes and reads it.

/** Lines of one pass, members of a line, and layouts. */
export const LINES: i32 = 256
export const MEMBERS: i32 = 64
export const LAYOUTS: i32 = 8
/** Bytes of all names of a layout, each from a place that 16 divides. */
const NAMES: i32 = 3072

/** 16 bytes of ones, and 16 of zeros behind them: read from 16 - n on they keep n bytes. */
const MASK: i32 = 64

/** What one scanner knows: the numbers of its layouts, the one that was followed last first; how many; the layouts. */
export const KNOWN: i32 = 1024
export const COUNT: i32 = KNOWN + 16
export const FIRST_LAYOUT: i32 = KNOWN + 32
/** A layout: how many members; then of each 32 bytes, below; then their names. */
export const FIRST_MEMBER: i32 = 16
export const MEMBER_BYTES: i32 = 32
export const FIRST_NAME: i32 = FIRST_MEMBER + MEMBERS * MEMBER_BYTES
export const LAYOUT_BYTES: i32 = FIRST_NAME + NAMES + 16
/** Of a member: where its name begins in the layout and its length, whether it is wanted, whether its texts are taken as all different, look-ups of them, and how many were found. */
export const NAME_AT: i32 = 0
export const NAME_LENGTH: i32 = 4
export const IS_WANTED: i32 = 8
const IS_DIVERSE: i32 = 12
const LOOKUPS: i32 = 16
const FOUND: i32 = 20
export const KNOWN_END: i32 = FIRST_LAYOUT + LAYOUTS * LAYOUT_BYTES

/** Of each line of a pass: where it ends, the number of its layout, where its cells begin. */
export const ENDS: i32 = 65536
export const LAID_OUT: i32 = ENDS + LINES * 4
export const ROWS: i32 = LAID_OUT + LINES * 4
/** A cell for each member that is wanted: a tag; room; then a number, or where a text begins and ends. */
const CELL_BYTES: i32 = 16
const CELLS: i32 = 131072
const CELLS_END: i32 = CELLS + LINES * MEMBERS * CELL_BYTES

/** Tags; one of 0 or more is the place of a text in the table. */
export const TEXT: i32 = -1
/** A whole number, in 32 bits. */
export const INTEGER: i32 = -2
/** A double. */
export const NUMBER: i32 = -3
/** A number that is read from its text. */
const LONG_NUMBER: i32 = -4
export const TRUE: i32 = -5
export const FALSE: i32 = -6
export const NULL: i32 = -7

/** The table of texts: each has the place that its hash says. 32 bytes; their number and one; the pass that used it last. */
export const TEXTS: i32 = 16384
export const TEXT_BYTES: i32 = 32
export const FIRST_TEXT: i32 = CELLS_END
export const LENGTHS: i32 = FIRST_TEXT + TEXTS * TEXT_BYTES
const USED: i32 = LENGTHS + TEXTS * 4
/** Places of texts that are new since the pass began. */
export const FRESH: i32 = USED + TEXTS * 4
const FRESH_END: i32 = FRESH + LINES * MEMBERS * 4

/** Where bytes are put to be read; what stands behind them is read too, and makes no difference. */
export const BYTES: i32 = FRESH_END
export const BYTES_MAX: i32 = 65536
/** Another place for bytes. */
export const SPARE: i32 = BYTES + BYTES_MAX + 64
const MEMORY_END: i32 = SPARE + BYTES_MAX + 64

/** After so many look-ups of which fewer than half found their text, the texts of a member are taken as all different. */
const TRIAL: i32 = 4096
/** Up to here all whole numbers are doubles. */
const EXACT: i64 = 9007199254740992
const DIGITS_MAX: i32 = 18

const OTHERWISE: i32 = -1

let passes: i32 = 0
/** How many texts are new since the pass began. */
let fresh: i32 = 0
/** The place of the next cell. */
let cell: i32 = 0

/** How many texts the last pass put into the table. */
export function freshTexts(): i32 {
  return fresh
}

/**
 * Reads lines from `start` on, at most `max`, until one is not laid out as known, is longer than `maxLine` bytes, or begins behind
 * `last`, which is a newline. Returns how many it read.
 */
export function pass(start: i32, last: i32, max: i32, maxLine: i32): i32 {
  passes++
  fresh = 0
  cell = CELLS
  const count = load<i32>(COUNT)
  let at = start
  let line = 0
  while (at < last && line < max) {
    const row = cell
    let end = OTHERWISE
    let number = 0
    for (let rank = 0; rank < count; rank++) {
      number = <i32>load<u8>(KNOWN + rank)
      cell = row
      end = follow(at, FIRST_LAYOUT + number * LAYOUT_BYTES)
      if (end === OTHERWISE) continue
      if (rank > 0) bringForward(rank, number)
      break
    }
    if (end === OTHERWISE || end - at > maxLine) break
    const feed = load<u8>(end) === 13 ? end + 1 : end
    if (load<u8>(feed) !== 10) break
    store<i32>(ENDS + line * 4, end)
    store<i32>(LAID_OUT + line * 4, number)
    store<i32>(ROWS + line * 4, row)
    line++
    at = feed + 1
  }
  return line
}

/** The layout at `rank` is the one that was followed last. */
function bringForward(rank: i32, number: i32): void {
  for (let place = rank; place > 0; place--) {
    store<u8>(KNOWN + place, load<u8>(KNOWN + place - 1))
  }
  store<u8>(KNOWN, <u8>number)
}

/** Where a line that begins at `start` ends, behind its brace; OTHERWISE where it is not laid out like this. */
function follow(start: i32, layout: i32): i32 {
  const members = load<i32>(layout)
  let at = start
  let member = layout + FIRST_MEMBER
  for (let index = 0; index < members; index++, member += MEMBER_BYTES) {
    const length = load<i32>(member, NAME_LENGTH)
    let name = layout + load<i32>(member, NAME_AT)
    let left = length
    while (left > 16) {
      if (i8x16.bitmask(i8x16.ne(v128.load(at), v128.load(name))) !== 0) return OTHERWISE
      at += 16
      name += 16
      left -= 16
    }
    const differ = i8x16.bitmask(i8x16.ne(v128.load(at), v128.load(name)))
    if ((differ & ((1 << left) - 1)) !== 0) return OTHERWISE
    at += left
    const byte = <i32>load<u8>(at)
    const isWanted = load<i32>(member, IS_WANTED)
    if (byte === 34) {
      const from = at + 1
      at = endOfText(from)
      if (load<u8>(at) !== 34) return OTHERWISE
      if (isWanted) text(member, from, at)
      at++
    } else if (byte === 45 || (byte >= 48 && byte <= 57)) {
      at = number(at, isWanted)
    } else at = word(at, isWanted)
    if (at === OTHERWISE) return OTHERWISE
  }
  return load<u8>(at) === 125 ? at + 1 : OTHERWISE
}

/** The first byte from `from` on that a text may not have inside as it is: a quote, a backslash, a control character. */
function endOfText(from: i32): i32 {
  let at = from
  let found = special(at)
  while (found === 0) found = special((at += 16))
  return at + ctz<i32>(found)
}

/** Which of the 16 bytes at `at` are, a bit for each. */
function special(at: i32): i32 {
  const bytes = v128.load(at)
  const isMark = v128.or(i8x16.eq(bytes, i8x16.splat(34)), i8x16.eq(bytes, i8x16.splat(92)))
  return i8x16.bitmask(v128.or(isMark, i8x16.lt_u(bytes, i8x16.splat(32))))
}

/** Makes a cell of a text. */
function text(member: i32, from: i32, to: i32): void {
  const length = to - from
  const tag =
    length > TEXT_BYTES || load<i32>(member, IS_DIVERSE) ? TEXT : known(member, from, length)
  store<i32>(cell, tag)
  store<i32>(cell, from, 8)
  store<i32>(cell, to, 12)
  cell += CELL_BYTES
}

/** The place of a text in the table; TEXT where another one has it that is in use. */
function known(member: i32, from: i32, length: i32): i32 {
  const short = min<i32>(length, 16)
  const head = v128.and(v128.load(from), v128.load(MASK + 16 - short))
  const tail = v128.and(v128.load(from + 16), v128.load(MASK + 16 - (length - short)))
  let hash = (i64x2.extract_lane(head, 0) ^ ((<i64>length) << 56)) * 0x9e3779b97f4a7c15
  hash = (hash ^ (hash >>> 32) ^ i64x2.extract_lane(head, 1)) * 0xbf58476d1ce4e5b9
  if (length > 16) {
    hash = (hash ^ (hash >>> 29) ^ i64x2.extract_lane(tail, 0)) * 0x94d049bb133111eb
    hash = (hash ^ (hash >>> 31) ^ i64x2.extract_lane(tail, 1)) * 0x9e3779b97f4a7c15
  }
  const place = <i32>(hash >>> 50)
  const kept = FIRST_TEXT + place * TEXT_BYTES
  const lookups = load<i32>(member, LOOKUPS) + 1
  store<i32>(member, lookups, LOOKUPS)
  const found =
    load<i32>(LENGTHS + place * 4) === length + 1 &&
    !v128.any_true(v128.or(v128.xor(v128.load(kept), head), v128.xor(v128.load(kept, 16), tail)))
  if (found) store<i32>(member, load<i32>(member, FOUND) + 1, FOUND)
  if (lookups === TRIAL) settle(member)
  if (!found) {
    if (load<i32>(USED + place * 4) === passes) return TEXT
    v128.store(kept, head)
    v128.store(kept, tail, 16)
    store<i32>(LENGTHS + place * 4, length + 1)
    store<i32>(FRESH + fresh * 4, place)
    fresh++
  }
  store<i32>(USED + place * 4, passes)
  return place
}

/** Goes on counting from the start while at least half were found. */
function settle(member: i32): void {
  if (load<i32>(member, FOUND) * 2 < TRIAL) store<i32>(member, 1, IS_DIVERSE)
  store<i32>(member, 0, LOOKUPS)
  store<i32>(member, 0, FOUND)
}

/** Reads the number at `from`; returns where it ends. */
function number(from: i32, isWanted: i32): i32 {
  const isNegative = load<u8>(from) === 45
  const whole = isNegative ? from + 1 : from
  let at = whole
  let value: i64 = 0
  let digit = <u32>load<u8>(at) - 48
  while (digit <= 9) {
    value = value * 10 + <i64>digit
    digit = <u32>load<u8>(++at) - 48
  }
  let digits = at - whole
  if (digits === 0 || (digits > 1 && load<u8>(whole) === 48)) return OTHERWISE
  let decimals = 0
  if (load<u8>(at) === 46) {
    const point = at
    digit = <u32>load<u8>(++at) - 48
    while (digit <= 9) {
      value = value * 10 + <i64>digit
      digit = <u32>load<u8>(++at) - 48
    }
    decimals = at - point - 1
    if (decimals === 0) return OTHERWISE
    digits += decimals
  }
  const end = endOfExponent(at)
  if (end === OTHERWISE || !isWanted) return end
  if (end !== at || digits > DIGITS_MAX || value > EXACT) {
    store<i32>(cell, LONG_NUMBER)
    store<i32>(cell, from, 8)
    store<i32>(cell, end, 12)
  } else if (decimals === 0 && value <= 0x7fffffff && (value !== 0 || !isNegative)) {
    store<i32>(cell, INTEGER)
    store<i32>(cell, isNegative ? -(<i32>value) : <i32>value, 8)
  } else {
    const double = <f64>value / load<f64>(POWERS + (decimals << 3))
    store<i32>(cell, NUMBER)
    store<f64>(cell, isNegative ? -double : double, 8)
  }
  cell += CELL_BYTES
  return end
}

/** Behind the exponent at `at`, or `at` where there is none. */
function endOfExponent(at: i32): i32 {
  if ((load<u8>(at) | 32) !== 101) return at
  at++
  const sign = load<u8>(at)
  if (sign === 43 || sign === 45) at++
  const from = at
  while (<u32>load<u8>(at) - 48 <= 9) at++
  return at === from ? OTHERWISE : at
}

/** Powers of 10 up to that of DIGITS_MAX: exact. */
const POWERS: i32 = 128

/** Reads true, false or null at `at`; returns where it ends. */
function word(at: i32, isWanted: i32): i32 {
  const four = load<u32>(at)
  let tag = OTHERWISE
  let end = at + 4
  if (four === 0x65757274) tag = TRUE
  else if (four === 0x6c6c756e) tag = NULL
  else if (four === 0x736c6166 && load<u8>(at, 4) === 101) {
    tag = FALSE
    end = at + 5
  } else return OTHERWISE
  if (isWanted) {
    store<i32>(cell, tag)
    cell += CELL_BYTES
  }
  return end
}

/** What is there before anything else. */
function begin(): void {
  v128.store(MASK, i8x16.splat(-1))
  v128.store(MASK + 16, i8x16.splat(0))
  let power: f64 = 1
  for (let exponent = 0; exponent <= DIGITS_MAX; exponent++) {
    store<f64>(POWERS + (exponent << 3), power)
    power *= 10
  }
}

begin()
