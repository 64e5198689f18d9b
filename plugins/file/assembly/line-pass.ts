// Reads flat JSON lines, 16 bytes at a time: AssemblyScript, made into plugins/file/src/read/line-pass-code.ts by
// scripts/generate.ts. It makes nothing: for each line that has a layout it says where that stands, and of each member that is
// wanted what it is. What it accepts is JSON; at anything else (nesting, escapes, white space, faults) it stops, in front of
// that line. Lines that nobody wants it only counts. All of it is in one memory, laid out as below;
// plugins/file/src/read/line-pass.ts writes and reads it.

/** Lines of one pass, members of a line, and layouts. */
export const LINES: i32 = 256
export const MEMBERS: i32 = 64
export const LAYOUTS: i32 = 8
/** Tests of one scanner. */
export const TESTS: i32 = 16
/** Bytes of all names of a layout, each from a place that 16 divides. */
const NAMES: i32 = 3072

/** 16 bytes of ones between 16 of zeros: from n on they keep the last n bytes, from 32 - n on the first n. */
const MASK: i32 = 64

/** What the last pass found: how many lines it read, where it stopped, how many texts are new, bytes that it kept; the time behind its last line. */
export const LINES_READ: i32 = 32
export const STOPPED: i32 = 36
export const FRESH_COUNT: i32 = 40
export const KEPT_COUNT: i32 = 44
export const BEHIND: i32 = 48

/** What one scanner knows: the numbers of its layouts, the one that was followed last first; how many; the layouts. */
export const KNOWN: i32 = 1024
export const COUNT: i32 = KNOWN + 16
export const FIRST_LAYOUT: i32 = KNOWN + 32
/** A layout: how many members; whether its lines can be told; where the time stands in a row; then of each member 32 bytes, below; their names; tests. */
export const IS_TESTED: i32 = 4
export const TIME_CELL: i32 = 8
export const FIRST_MEMBER: i32 = 16
export const MEMBER_BYTES: i32 = 32
export const FIRST_NAME: i32 = FIRST_MEMBER + MEMBERS * MEMBER_BYTES
export const FIRST_TEST: i32 = FIRST_NAME + NAMES + 16
/** Of a test: what it asks, of which cell (-1: there is none), where to go on if so, and if not; then a number, or a text of so many bytes. */
export const TEST_BYTES: i32 = 64
export const OPERATOR: i32 = 0
export const CELL: i32 = 4
export const YES: i32 = 8
export const NO: i32 = 12
export const TEXT_LENGTH: i32 = 16
export const OPERAND_NUMBER: i32 = 24
export const OPERAND_TEXT: i32 = 32
export const LAYOUT_BYTES: i32 = FIRST_TEST + TESTS * TEST_BYTES
/** Of a member: where its name begins in the layout and its length, whether it is wanted, whether its texts are taken as all different, look-ups of them, and how many were found. */
export const NAME_AT: i32 = 0
export const NAME_LENGTH: i32 = 4
export const IS_WANTED: i32 = 8
const IS_DIVERSE: i32 = 12
const LOOKUPS: i32 = 16
const FOUND: i32 = 20
export const KNOWN_END: i32 = FIRST_LAYOUT + LAYOUTS * LAYOUT_BYTES

/** How a number becomes a time, and between which times one must lie for its record to be told: the factor, the divisor, from, to. */
export const TIME: i32 = 512

/** Where to go on from a test: to another one, or nowhere. */
export const UNWANTED: i32 = -1
export const WANTED: i32 = -2
/** Nobody can tell. */
export const UNSURE: i32 = -3

export const EQUALS_TEXT: i32 = 0
export const EQUALS_NUMBER: i32 = 1
export const IS_TRUE: i32 = 2
export const IS_FALSE: i32 = 3
export const IS_NULL: i32 = 4
export const BELOW: i32 = 5
export const AT_MOST: i32 = 6
export const ABOVE: i32 = 7
export const AT_LEAST: i32 = 8

/** Of each line that may be wanted: where it begins, where it ends, the number of its layout, where its cells begin, how many were read in front of it, whether it is wanted for certain, the largest time of those left out since the one before, and its own, if it is. */
export const FOUND_LINES: i32 = 65536
export const LINE_BYTES: i32 = 40
export const LINE_START: i32 = 0
export const LINE_END: i32 = 4
export const LINE_LAYOUT: i32 = 8
export const LINE_ROW: i32 = 12
export const LINE_RANK: i32 = 16
export const LINE_FATE: i32 = 20
export const LINE_BEFORE: i32 = 24
export const LINE_TIME: i32 = 32
/** A cell for each member that is wanted: a tag; its member; then a number, or where a text begins and ends. */
export const CELL_BYTES: i32 = 16
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
/** A number that was not read yet: no cell of a line that was found. */
const DIGITS: i32 = -8

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
export const BYTES: i32 = FRESH_END + 64
export const BYTES_MAX: i32 = 65536
/** Another place for bytes. */
export const SPARE: i32 = BYTES + BYTES_MAX + 64
/** The lines that were found, one behind the other. */
export const KEPT: i32 = SPARE + BYTES_MAX + 64
const MEMORY_END: i32 = KEPT + BYTES_MAX + 64

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

/**
 * Reads lines from `start` on until `max` were found, or one is not laid out as known, is longer than `maxLine` bytes, or begins behind
 * `last`, which is a newline. `sifts`: those that the tests do not want are left out. `keeps`: the bytes of the others are kept. Returns
 * how many it found.
 */
export function pass(start: i32, last: i32, max: i32, maxLine: i32, sifts: i32, keeps: i32): i32 {
  passes++
  fresh = 0
  cell = CELLS
  const count = load<i32>(COUNT)
  let at = start
  let found = FOUND_LINES
  const full = FOUND_LINES + max * LINE_BYTES
  let read = 0
  let kept = KEPT
  let before: f64 = -Infinity
  while (at < last && found < full) {
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
    let fate = UNSURE
    let time: f64 = NaN
    if (sifts) {
      const layout = FIRST_LAYOUT + number * LAYOUT_BYTES
      if (load<i32>(layout, IS_TESTED)) {
        const timeCell = load<i32>(layout, TIME_CELL)
        time = timeCell < 0 ? Infinity : timeOf(row + timeCell)
        if (!isNaN(time)) fate = decide(layout + FIRST_TEST, row)
        if (fate === UNWANTED) {
          if (time > before) before = time
          cell = row
          read++
          at = feed + 1
          continue
        }
      }
    }
    finish(row)
    store<i32>(found, at, LINE_START)
    store<i32>(found, end, LINE_END)
    store<i32>(found, number, LINE_LAYOUT)
    store<i32>(found, row, LINE_ROW)
    store<i32>(found, read, LINE_RANK)
    store<i32>(found, fate, LINE_FATE)
    store<f64>(found, before, LINE_BEFORE)
    store<f64>(found, time, LINE_TIME)
    before = -Infinity
    found += LINE_BYTES
    if (keeps) kept = keep(at, end, kept)
    read++
    at = feed + 1
  }
  store<i32>(LINES_READ, read)
  store<i32>(STOPPED, at)
  store<i32>(FRESH_COUNT, fresh)
  store<i32>(KEPT_COUNT, kept - KEPT)
  store<f64>(BEHIND, before)
  return (found - FOUND_LINES) / LINE_BYTES
}

/** Copies a line, and what ends it; returns where the next one goes. */
function keep(from: i32, end: i32, to: i32): i32 {
  const length = end - from
  for (let done = 0; done < length; done += 16) v128.store(to + done, v128.load(from + done))
  store<u8>(to + length, 10)
  return to + length + 1
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
  let next = cell
  const end = member + members * MEMBER_BYTES
  for (; member < end; member += MEMBER_BYTES) {
    let left = load<i32>(member, NAME_LENGTH)
    let name = layout + load<i32>(member, NAME_AT)
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
    const from = at
    let tag = TEXT
    if (byte === 34) {
      at = endOfText(at + 1)
      if (load<u8>(at) !== 34) return OTHERWISE
      at++
    } else if (byte === 45 || <u32>(byte - 48) <= 9) {
      at = endOfNumber(from)
      tag = DIGITS
      if (at < 0) {
        if (at === OTHERWISE) return OTHERWISE
        at = -at
        tag = LONG_NUMBER
      }
    } else {
      tag = wordAt(at)
      if (tag === OTHERWISE) return OTHERWISE
      at += tag === FALSE ? 5 : 4
    }
    if (load<i32>(member, IS_WANTED)) {
      store<i32>(next, tag)
      store<i32>(next, member, 4)
      store<i32>(next, from, 8)
      store<i32>(next, at, 12)
      next += CELL_BYTES
    }
  }
  cell = next
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

/** Which of the 16 bytes at `at` are no digits, a bit for each. */
function others(at: i32): i32 {
  return i8x16.bitmask(i8x16.gt_u(i8x16.sub(v128.load(at), i8x16.splat(48)), i8x16.splat(9)))
}

/** Behind the number at `from`; the negative of that where it has an exponent; OTHERWISE where it is none. */
function endOfNumber(from: i32): i32 {
  const whole = load<u8>(from) === 45 ? from + 1 : from
  let at = whole
  let found = others(at)
  while (found === 0) found = others((at += 16))
  const first = at + ctz<i32>(found)
  if (first === whole || (load<u8>(whole) === 48 && first - whole > 1)) return OTHERWISE
  let end = first
  if (load<u8>(first) === 46) {
    // The rest of the same 16 bytes.
    found &= found - 1
    while (found === 0) found = others((at += 16))
    end = at + ctz<i32>(found)
    if (end === first + 1) return OTHERWISE
  }
  if ((load<u8>(end) | 32) !== 101) return end
  end++
  const sign = load<u8>(end)
  if (sign === 43 || sign === 45) end++
  const exponent = end
  while (<u32>load<u8>(end) - 48 <= 9) end++
  return end === exponent ? OTHERWISE : -end
}

/** Which of true, false and null stands at `at`, or OTHERWISE. */
function wordAt(at: i32): i32 {
  const four = load<u32>(at)
  if (four === 0x65757274) return TRUE
  if (four === 0x6c6c756e) return NULL
  return four === 0x736c6166 && load<u8>(at, 4) === 101 ? FALSE : OTHERWISE
}

/** What becomes of a line whose cells begin at `row`. */
function decide(tests: i32, row: i32): i32 {
  let next = 0
  do {
    const test = tests + next * TEST_BYTES
    const place = load<i32>(test, CELL)
    const at = row + place
    let tag = place < 0 ? NULL : load<i32>(at)
    const operator = load<i32>(test, OPERATOR)
    let holds = false
    if (tag === NULL || operator === IS_NULL) holds = tag === NULL && operator === IS_NULL
    else if (operator === EQUALS_TEXT) {
      if (tag !== TEXT) return UNSURE
      holds = isText(at, test)
    } else if (operator === IS_TRUE || operator === IS_FALSE) {
      if (tag !== TRUE && tag !== FALSE) return UNSURE
      holds = (tag === TRUE) === (operator === IS_TRUE)
    } else {
      const value = numberOf(at)
      if (isNaN(value)) return UNSURE
      const limit = load<f64>(test, OPERAND_NUMBER)
      if (operator === ABOVE) holds = value > limit
      else if (operator === BELOW) holds = value < limit
      else if (operator === AT_LEAST) holds = value >= limit
      else if (operator === AT_MOST) holds = value <= limit
      else holds = value === limit
    }
    next = holds ? load<i32>(test, YES) : load<i32>(test, NO)
  } while (next >= 0)
  return next
}

/** Whether the text of a cell is that of a test. */
function isText(at: i32, test: i32): boolean {
  const from = load<i32>(at, 8) + 1
  const length = load<i32>(at, 12) - 1 - from
  if (length !== load<i32>(test, TEXT_LENGTH)) return false
  const short = min<i32>(length, 16)
  const text = test + OPERAND_TEXT
  const head = v128.and(v128.load(from), v128.load(MASK + 32 - short))
  if (v128.any_true(v128.xor(head, v128.load(text)))) return false
  if (length <= 16) return true
  const tail = v128.and(v128.load(from + 16), v128.load(MASK + 32 - (length - short)))
  return !v128.any_true(v128.xor(tail, v128.load(text, 16)))
}

/** The time of a cell; NaN where it has none for certain. */
function timeOf(at: i32): f64 {
  const value = numberOf(at)
  const factor = load<f64>(TIME)
  const divisor = load<f64>(TIME, 8)
  const time = Math.floor(factor === divisor ? value : (value * factor) / divisor)
  return time >= load<f64>(TIME, 16) && time <= load<f64>(TIME, 24) ? time : NaN
}

/** The number of a cell; NaN where it is none, or a long one. */
function numberOf(at: i32): f64 {
  let tag = load<i32>(at)
  if (tag === DIGITS) tag = readNumber(at)
  if (tag === INTEGER) return <f64>load<i32>(at, 8)
  return tag === NUMBER ? load<f64>(at, 8) : NaN
}

/** Reads the number of a cell; returns its tag. */
function readNumber(at: i32): i32 {
  const from = load<i32>(at, 8)
  const to = load<i32>(at, 12)
  const isNegative = load<u8>(from) === 45
  const length = to - from - <i32>isNegative
  let value: i64 = 0
  let decimals = 0
  if (length <= 16) {
    const bytes = v128.load(to - 16)
    const point = i8x16.bitmask(i8x16.eq(bytes, i8x16.splat(46))) >>> (16 - length)
    let digits = v128.and(i8x16.sub(bytes, i8x16.splat(48)), v128.load(MASK + length))
    if (point !== 0) {
      decimals = length - 1 - ctz<i32>(point)
      digits = v128.swizzle(digits, v128.load(CLOSED + (decimals << 4)))
    }
    value = digitsOf(digits)
  } else {
    const end = to
    let digits = length
    for (let place = from + <i32>isNegative; place < end; place++) {
      const digit = <u32>load<u8>(place) - 48
      if (digit > 9) {
        decimals = end - place - 1
        digits--
      } else value = value * 10 + <i64>digit
    }
    if (digits > DIGITS_MAX) value = EXACT + 1
  }
  if (value > EXACT) {
    store<i32>(at, LONG_NUMBER)
    return LONG_NUMBER
  }
  if (decimals === 0 && value <= 0x7fffffff && (value !== 0 || !isNegative)) {
    store<i32>(at, INTEGER)
    store<i32>(at, isNegative ? -(<i32>value) : <i32>value, 8)
    return INTEGER
  }
  const double = <f64>value / load<f64>(POWERS + (decimals << 3))
  store<i32>(at, NUMBER)
  store<f64>(at, isNegative ? -double : double, 8)
  return NUMBER
}

/** The number of 16 digits, the first one leading. */
function digitsOf(digits: v128): i64 {
  const pairs = i16x8.add(
    i16x8.mul(v128.and(digits, i16x8.splat(0xff)), i16x8.splat(10)),
    i16x8.shr_u(digits, 8),
  )
  const fours = i32x4.dot_i16x8_s(pairs, i32x4.splat(0x00010064))
  const packed = i16x8.narrow_i32x4_s(fours, fours)
  const eights = i64x2.extract_lane(i32x4.dot_i16x8_s(packed, i32x4.splat(0x00012710)), 0)
  return (eights & 0xffffffff) * 100000000 + (eights >>> 32)
}

/** Makes what is wanted of the cells of a line that was found. */
function finish(row: i32): void {
  const end = cell
  for (let at = row; at < end; at += CELL_BYTES) {
    const tag = load<i32>(at)
    if (tag === TEXT) text(at)
    else if (tag === DIGITS) readNumber(at)
  }
}

/** Looks the text of a cell up. */
function text(at: i32): void {
  const member = load<i32>(at, 4)
  const from = load<i32>(at, 8) + 1
  const to = load<i32>(at, 12) - 1
  const length = to - from
  store<i32>(at, from, 8)
  store<i32>(at, to, 12)
  if (length > TEXT_BYTES || load<i32>(member, IS_DIVERSE)) return
  store<i32>(at, known(member, from, length))
}

/** The place of a text in the table; TEXT where another one has it that is in use. */
function known(member: i32, from: i32, length: i32): i32 {
  const short = min<i32>(length, 16)
  const head = v128.and(v128.load(from), v128.load(MASK + 32 - short))
  const tail = v128.and(v128.load(from + 16), v128.load(MASK + 32 - (length - short)))
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

/** Powers of 10 up to that of DIGITS_MAX: exact. */
const POWERS: i32 = 128

/** For each number of decimals, from which places the 16 digits come whose last ones stand behind a point: it is closed. */
const CLOSED: i32 = 576

/** What is there before anything else. */
function begin(): void {
  v128.store(MASK, i8x16.splat(0))
  v128.store(MASK + 16, i8x16.splat(-1))
  v128.store(MASK + 32, i8x16.splat(0))
  let power: f64 = 1
  for (let exponent = 0; exponent <= DIGITS_MAX; exponent++) {
    store<f64>(POWERS + (exponent << 3), power)
    power *= 10
  }
  for (let decimals = 0; decimals < 16; decimals++) {
    for (let place = 0; place < 16; place++) {
      store<u8>(CLOSED + (decimals << 4) + place, <u8>(place > 15 - decimals ? place : place - 1))
    }
  }
}

begin()
