/** Names that prefilters and sources are asked for, and more. */
const plainNames = ['user', 'amount', 'at', 'x', 'y', 'id', 'use', 'users', 'user-id', 'a.b', '_1']
/** As they stand in a line. */
const strangeNames = [
  '',
  '__proto__',
  '__proto__',
  'constructor',
  'toString',
  '1',
  '10',
  '2',
  'größe',
  'a b',
  '\\u0075ser',
  '\\u005f_proto__',
  'a\\"b',
  'ÿ',
  'n'.repeat(300),
]
const strangeNumbers = [
  '0',
  '-0',
  '-0.0',
  '0.10',
  '0.000001',
  '1e5',
  '1E+5',
  '2.5e-3',
  '-0e0',
  '1e400',
  '-1e-400',
  '5e-324',
  '2.4703282292062327e-324',
  '2.2250738585072011e-308',
  '1.7976931348623157e308',
  '1.7976931348623159e308',
  '9007199254740993',
  '-9007199254740993',
  '999999999999999',
  '9999999999999999',
  '123456789.123456',
  '0.1234567890123456789',
  '007',
  '-01',
  '00',
  '+1',
  '.5',
  '1.',
  '-',
  '-.5',
  '1.e5',
  '1e',
  '1e+',
  '0x10',
  'NaN',
  '-Infinity',
  '1_0',
]
const words = ['true', 'false', 'null', 'true', 'True', 'nul', 'nulll', 'undefined', 'tru', '']
const nests = ['{}', '[]', '[1,{"x":2}]', '{"y":{"z":[null]}}', '[', '{"x":1', '[1,]', '{,}']
const plainTexts = [
  '',
  'a',
  'purchase',
  'a longer text, of more than 32 characters',
  'a/b',
  '\u007f',
]
const escapedTexts = [
  '\\n',
  'a \\"quoted\\" one',
  'back\\\\',
  '\\/',
  '\\u0041b',
  '\\ud800',
  '\\ud83d\\ude00',
  '\\udc00x',
  '\\u0000',
  '\\x',
  '\\u12',
  '\\',
  'tab\tinside',
  'nul\0inside',
]
const wideTexts = ['größe', '日本', '😀', 'ÿ', '\u2028', '\u0080', '\uFEFF', 'é'.repeat(40)]
const oddLines = [
  '',
  ' ',
  '\t',
  '\r',
  '{',
  '}',
  '{}',
  '{ }',
  'null',
  '12',
  '"text"',
  '[1,2]',
  '{"x":1}}',
  '{"x":1}{"x":2}',
  '{"x":1} ',
  ' {"x":1}',
  '{"x":1},',
  '{"x"}',
  '{"x":}',
  '{"x":1,}',
  '{x:1}',
  "{'x':1}",
  '\uFEFF{"x":1}',
  '{"x":1}\0',
  '{"x":1}\r',
]
/** Bytes that mean something in JSON, or to those who look for the end of a line. */
const marks = Buffer.from('{}[]",:\\.-+eE 0123456789tfnu/\t\r\n\n\0')

interface Style {
  /** Of how many lines one has its bytes changed. */
  readonly mutated: number
  /** Whether what is not ASCII comes, and what is not UTF-8. */
  readonly isWide: boolean
  readonly isDirty: boolean
  readonly ends: readonly string[]
  readonly layouts: readonly Layout[]
}

interface Layout {
  readonly names: readonly string[]
  readonly values: readonly (() => string)[]
  readonly space: string
}

/** Makes files of lines that are mostly JSON objects, of a few layouts in turn, with bytes changed here and there. */
export class JsonLines {
  readonly #random: () => number
  #style: Style | undefined
  #before: Buffer = Buffer.from('{}')

  constructor(random: () => number) {
    this.#random = random
  }

  /** The bytes of a file of about so many lines. */
  file(lines: number): Buffer {
    const style = this.#newStyle()
    this.#style = style
    const parts: Buffer[] = this.below(8) === 0 ? [Buffer.from('\uFEFF')] : []
    for (let count = 0; count < lines; count++) {
      const line = this.#line(style)
      parts.push(line, Buffer.from(this.oneOf(style.ends)))
      this.#before = line
    }
    if (this.below(3) === 0) parts.push(this.#line(style))
    return Buffer.concat(parts)
  }

  below(limit: number): number {
    return Math.floor(this.#random() * limit)
  }

  oneOf<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T
  }

  #newStyle(): Style {
    const isDirty = this.below(4) === 0
    const ends = this.oneOf([['\n'], ['\n'], ['\r\n'], ['\n', '\n', '\n', '\r\n', '\n\n']])
    const mutated = this.oneOf([1000, 50, 10, 2])
    const layouts = Array.from({ length: 1 + this.below(11) }, () => this.#layout())
    return { mutated, isDirty, isWide: isDirty || this.below(2) === 0, ends, layouts }
  }

  #layout(): Layout {
    const names = Array.from({ length: 1 + this.below(9) }, () =>
      this.oneOf(this.below(15) === 0 ? strangeNames : plainNames),
    )
    const makers = [
      () => String(this.below(1000)),
      () => (this.below(1_000_000) / 100).toFixed(this.below(4)),
      () => `"user-${this.below(50)}"`,
      () => `"2026-11-22T08:${10 + this.below(50)}:00Z"`,
      () => this.oneOf(['true', 'false', 'null']),
      () => this.#value(),
    ]
    const values = names.map(() => this.oneOf(makers))
    return { names, values, space: this.oneOf(['', '', '', '', '', '', '', ' ']) }
  }

  #value(): string {
    const kind = this.below(40)
    if (kind === 0) return this.oneOf(strangeNumbers)
    if (kind === 1) return this.oneOf(words)
    if (kind === 2) return this.oneOf(nests)
    if (kind === 3) return `"${this.oneOf(escapedTexts)}"`
    if (kind === 4) return this.below(9) === 0 ? this.#large() : `"${this.oneOf(plainTexts)}"`
    if (kind < 8 && this.#style?.isWide === true) return `"${this.oneOf(wideTexts)}"`
    if (kind < 14) return this.#number()
    return kind < 24 ? String(this.below(2 ** 31)) : `"${this.oneOf(plainTexts)}"`
  }

  #number(): string {
    const bits = new DataView(new ArrayBuffer(8))
    switch (this.below(5)) {
      case 0:
        bits.setUint32(0, this.below(2 ** 32))
        bits.setUint32(4, this.below(2 ** 32))
        // What is no number stands as null.
        return JSON.stringify(bits.getFloat64(0))
      case 1:
        return this.#digits(1 + this.below(20))
      case 2:
        return `-${this.#digits(1 + this.below(16))}.${this.#digits(1 + this.below(8))}`
      case 3:
        return `0.${this.#digits(1 + this.below(22))}`
      default:
        return `${this.#digits(1)}.${this.#digits(15)}e${this.below(700) - 350}`
    }
  }

  #digits(count: number): string {
    const first = String(1 + this.below(9))
    return first + Array.from({ length: count - 1 }, () => this.below(10)).join('')
  }

  /** About as deep as is allowed, closed or not, or about as long as what dead letters show. */
  #large(): string {
    if (this.below(6) === 0) return `"${this.oneOf(['x', 'é']).repeat(32_600 * this.below(3))}"`
    const levels = 990 + this.below(20)
    return '['.repeat(levels) + ']'.repeat(this.oneOf([0, levels, levels]))
  }

  #line(style: Style): Buffer {
    if (this.below(200) === 0) return Buffer.from(this.oneOf(oddLines))
    const { names, space, values } = this.oneOf(style.layouts)
    const members = names.map((name, at) => `"${name}":${space}${values[at]?.()}`)
    const text = `{${members.join(`,${space}`)}}`
    const line = Buffer.from(style.isWide ? text : text.replace(/[^\0-\x7f]/g, '~'))
    return this.below(style.mutated) === 0 ? this.#mutated(line, style.isDirty) : line
  }

  #mutated(line: Buffer, isDirty: boolean): Buffer {
    let bytes = Buffer.from(line)
    for (let edits = 1 + this.below(3); edits > 0; edits--) {
      const at = this.below(bytes.length + 1)
      const head = bytes.subarray(0, at)
      const tail = bytes.subarray(at + this.below(4))
      const any = isDirty && this.below(8) === 0 ? this.below(256) : this.below(128)
      const byte = this.below(3) === 0 ? any : (marks[this.below(marks.length)] as number)
      const changes = [
        () => [head, Buffer.from([byte]), bytes.subarray(at)],
        () => [head, Buffer.from([byte]), bytes.subarray(at + 1)],
        () => [head, tail],
        () => [head],
        () => [bytes.subarray(0, at + this.below(20)), bytes.subarray(at)],
        () => [head, this.#before.subarray(this.below(this.#before.length + 1))],
        () => [head, Buffer.from([(bytes[at] ?? 32) ^ (1 << this.below(isDirty ? 8 : 7))]), tail],
      ]
      bytes = Buffer.concat(this.oneOf(changes)())
    }
    // Where only ASCII or whole characters are wanted, a cut through one is mended.
    return isDirty ? bytes : Buffer.from(bytes.toString().replaceAll('\uFFFD', '?'))
  }
}
