import type { Prefilter } from '@millrace/sdk'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { decodeJson } from './decode-text.ts'
import { EntryBatch } from './entry-batch.ts'
import { FieldScanner } from './field-scanner.ts'
import { LineDecoder } from './line-decoder.ts'
import { someTests, TellingPrefilter } from './telling-prefilter.test-support.ts'

const position = { bytes: 0, offset: 0, line: 0 }
/** Decoded in full, and asked about by nobody. */
const head = '{}\n'.repeat(1024)

interface Visit {
  readonly user?: unknown
  readonly x?: unknown
}

/** Wants numbers above 3, and notes what it was shown. */
function aboveThree(): Prefilter & { readonly shown: Visit[] } {
  const shown: Visit[] = []
  return {
    reads: ['x'],
    shown,
    admits(record) {
      const { x } = record as Visit
      shown.push({ ...('x' in (record as object) && { x }) })
      return typeof x === 'number' && x > 3
    },
  }
}

const picked = ({ value }: { readonly value: unknown }) => {
  const { user, x } = value as Visit
  return { user, x }
}

/** What is decoded of lines in chunks of some size, behind the head: values, offsets, and how many were left out. */
function decode(decoder: LineDecoder, text: string, size: number, prefilter?: Prefilter) {
  const bytes = Buffer.from(head + text)
  const out = new EntryBatch(0, { prefilter })
  const entries: { offset: number; line: number; value: unknown }[] = []
  let leftOut = 0
  const take = (): void => {
    const batch = out.take(0, undefined)
    for (const [at, value] of batch.values.entries()) {
      entries.push({ offset: batch.offsets?.[at] ?? -1, line: batch.lines?.[at] ?? -1, value })
    }
    leftOut += batch.leftOut ?? 0
  }
  for (let from = 0; from < bytes.length;) {
    const chunk = Buffer.from(bytes.subarray(from, from === 0 ? head.length : from + size))
    for (let at = 0; at < chunk.length; take()) at = decoder.decode(chunk, at, out)
    from += chunk.length
  }
  decoder.end(out)
  take()
  return { entries: entries.slice(1024), leftOut, offset: out.offset }
}

it('leaves out what a prefilter does not want, and says where the others stand', () => {
  const values = fc.constantFrom('1', '3', '4', '5.5', '"4"', 'null', '[5]', '1e1')
  const lines = fc.oneof(
    fc.tuple(values, values).map(([user, x]) => `{"user":${user},"a":1,"x":${x}}`),
    values.map((user) => `{"user":${user}}`),
    values.map((x) => `{ "x":${x}}`),
  )
  fc.assert(
    fc.property(
      fc.array(lines, { maxLength: 20 }),
      fc.integer({ min: 1, max: 300 }),
      (list, size) => {
        const prefilter = aboveThree()
        const scanner = new FieldScanner(['user', 'x'], prefilter)
        const take = scanner.take.bind(scanner)
        const sifted = new LineDecoder(position, { maxLine: 100, take, follower: scanner })
        const full = new LineDecoder(position, { maxLine: 100, take: decodeJson })
        const text = list.join('\n')

        const got = decode(sifted, text, size, prefilter)
        const all = decode(full, text, size).entries
        const wanted = all.filter(({ value }) => {
          const { x } = value as Visit
          return typeof x === 'number' && x > 3
        })
        expect(got.entries.map(({ line, offset }) => [offset, line])).toEqual(
          wanted.map(({ line, offset }) => [offset, line]),
        )
        expect(got.entries.map(picked)).toEqual(wanted.map(picked))
        expect(got).toMatchObject({
          leftOut: list.length - wanted.length,
          offset: 1024 + list.length,
        })
        expect(prefilter.shown).toEqual(
          all.map(({ value }) => ('x' in (value as object) ? { x: (value as Visit).x } : {})),
        )
      },
    ),
    { numRuns: 500 },
  )
})

it('a prefilter that looks at fields which are not read is not asked', () => {
  const prefilter = aboveThree()
  const scanner = new FieldScanner(['user'], prefilter)
  const take = scanner.take.bind(scanner)
  const decoder = new LineDecoder(position, { maxLine: 100, take, follower: scanner })

  const { entries } = decode(decoder, '{"user":1,"x":1}\n', 100, prefilter)

  expect(entries).toMatchObject([{ value: { user: 1 } }])
  expect(prefilter.shown).toEqual([])
})

it('what its tests want or do not want is what the prefilter itself says, with the times of what is left out', () => {
  const values = fc.constantFrom('0', '-0', '1', '-3', '100', '0.1', '1000', '0.001', '16777216.25')
  const others = fc.constantFrom('"a"', '""', '"größe"', '"purchase"', 'true', 'false', 'null')
  const longs = fc.constantFrom('1e5', '12345678901234567', '"\\n"', `"${'é'.repeat(16)}"`)
  const value = fc.oneof(values, values, others, longs)
  const names = ['user', 'x', 'größe']
  const line = fc
    .array(fc.tuple(fc.constantFrom(...names), value), { maxLength: 4 })
    .map((members) => `{${members.map(([name, one]) => `"${name}":${one}`).join()}}`)
  const lines = fc
    .tuple(fc.array(line, { minLength: 1, maxLength: 3 }), fc.array(fc.nat(2), { maxLength: 20 }))
    .map(([some, picks]) => picks.map((pick) => some[pick % some.length] as string))
  const dice = fc.array(fc.nat(), { minLength: 60, maxLength: 60 })
  fc.assert(
    fc.property(lines, dice, (list, dice) => {
      let thrown = 0
      const told = someTests((limit) => (dice[thrown++ % dice.length] as number) % limit, names)
      const [prefilter, oracle] = [new TellingPrefilter(told), new TellingPrefilter(told)]
      const scanner = new FieldScanner(undefined, prefilter)
      const take = scanner.take.bind(scanner)
      const sifted = new LineDecoder(position, { maxLine: 300, take, follower: scanner })

      const { entries } = decode(sifted, list.join('\n'), 1000, prefilter)

      const records = list.map((one) => JSON.parse(one) as unknown)
      const wanted = records.flatMap((one, at) => (oracle.admits(one) ? [1024 + at] : []))
      expect(entries.map(({ offset }) => offset)).toEqual(wanted)
      expect(prefilter.times).toEqual(oracle.times)
      expect(prefilter.admittedTimes).toEqual(oracle.admittedTimes)
    }),
    { numRuns: 500 },
  )
})

it.each(['==', '<', '<=', '>', '>='] as const)('compares with %s as it is meant', (operator) => {
  for (const value of [0, 1, 0.5, -3]) {
    const told = {
      tests: [{ field: 'x', operator, value, yes: 'wanted', no: 'unwanted' }],
    } as const
    const [prefilter, oracle] = [new TellingPrefilter(told), new TellingPrefilter(told)]
    const scanner = new FieldScanner(['x'], prefilter)
    const take = scanner.take.bind(scanner)
    const decoder = new LineDecoder(position, { maxLine: 300, take, follower: scanner })
    const values = ['-3', '-0', '0', '0.5', '1', '1.0', '2', 'null', '3e0', '-2.9', '0.49', '"0"']

    const { entries } = decode(
      decoder,
      values.map((one) => `{"x":${one}}`).join('\n'),
      999,
      prefilter,
    )

    const wanted = values.flatMap((one, at) =>
      oracle.admits({ x: JSON.parse(one) as unknown }) ? [1024 + at] : [],
    )
    expect(entries.map(({ offset }) => offset)).toEqual(wanted)
  }
})
