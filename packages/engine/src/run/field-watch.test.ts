import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FieldWatch } from './field-watch.ts'

function watch(fields: readonly string[]) {
  const warned: string[] = []
  return { warned, watched: new FieldWatch('map', fields, (sentence) => warned.push(sentence)) }
}

/** What is left of `fields` after these records, by name. */
function unseen(fields: readonly string[], records: readonly unknown[]): readonly string[] {
  const { watched } = watch(fields)
  watched.look(records, 0, records.length)
  return names(watched.unseen())
}

const names = (sentences: readonly string[]): readonly string[] =>
  sentences.map((sentence) => /field "([^"]*)"/.exec(sentence)?.[1] ?? '')

const many = (count: number): readonly unknown[] =>
  Array.from({ length: count }, (_, id) => ({ id, delay: 5 }))

describe('a field is carried', () => {
  it.each<[string, readonly string[], readonly unknown[]]>([
    ['where a record has it', ['a'], [{ b: 1 }, { a: 1 }]],
    ['with the value null or undefined too', ['a', 'b'], [{ a: null, b: undefined }]],
    ['inside another', ['a.b.c'], [{ a: { b: { c: 0 } } }]],
    ['in an object without a prototype', ['a'], [Object.assign(Object.create(null), { a: 1 })]],
    ['when it is called like an inherited one', ['toString'], [{ toString: 1 }]],
  ])('%s', (_, fields, records) => {
    expect(unseen(fields, records)).toEqual([])
  })
})

describe('a field is not carried', () => {
  it.each<[string, readonly string[], readonly unknown[]]>([
    ['by a record that inherits it', ['toString', '__proto__'], [{}]],
    ['by what is no object', ['length', '0'], ['text', 5, null, undefined, [1], true]],
    ['where what should hold it is null, a text or a list', ['a.b'], [{ a: null }, { a: 'b' }]],
    ['by a name with a dot in it', ['a.b'], [{ 'a.b': 1 }]],
    ['by an item of a list', ['a.length', 'a.0'], [{ a: [1] }]],
  ])('%s', (_, fields, records) => {
    expect(unseen(fields, records)).toEqual(fields)
  })
})

describe('FieldWatch', () => {
  it('warns of each missing field after 1,000 records, once, with the nearest name', () => {
    const { watched, warned } = watch(['dealy', 'id', 'customer.nmae'])

    watched.look(many(999), 0, 999)
    expect(warned).toEqual([])
    watched.look([{ customer: { name: 'Ada' } }], 0, 1)
    watched.look(many(2000), 0, 2000)

    expect(warned).toEqual([
      'No record that reaches "map" has a field "dealy" (1,000 records seen). Did you mean "delay"? A missing field is null; ask with has() where it may be missing.',
      'No record that reaches "map" has a field "customer.nmae" (1,000 records seen). Did you mean "customer.name"? A missing field is null; ask with has() where it may be missing.',
    ])
  })

  it('goes on looking after the warning', () => {
    const { watched, warned } = watch(['late'])

    watched.look(many(5000), 0, 5000)
    watched.look([{ late: true }], 0, 1)

    expect(names(warned)).toEqual(['late'])
    expect(watched.unseen()).toEqual([])
    expect(watched.done).toBe(true)
  })

  it('says at the end what was missing in fewer records', () => {
    const { watched, warned } = watch(['zone'])

    watched.look(['text'], 0, 1)

    expect(warned).toEqual([])
    expect(watched.unseen()).toEqual([
      'No record that reaches "map" has a field "zone" (1 record seen). Check the spelling. A missing field is null; ask with has() where it may be missing.',
    ])
  })

  it('says nothing where there was no record', () => {
    const { watched } = watch(['zone'])

    watched.look(many(3), 1, 1)

    expect(watched.unseen()).toEqual([])
  })

  it('takes names from the first 1,000 records only, and looks only between start and end', () => {
    const { watched } = watch(['dealy'])
    const records = [{ deals: 1 }, ...Array.from({ length: 1000 }, () => ({ id: 1 }))]

    watched.look(records, 1, 1001)
    watched.look([{ delay: 1 }], 0, 1)

    expect(watched.unseen()).toEqual([
      'No record that reaches "map" has a field "dealy" (1,001 records seen). Check the spelling. A missing field is null; ask with has() where it may be missing.',
    ])
  })

  it('keeps a bounded number of names where these are data', () => {
    const { watched } = watch(['zebar'])
    const wide = Array.from({ length: 200 }, (_, row) =>
      Object.fromEntries(Array.from({ length: 50 }, (_x, column) => [`${row}-${column}`, 1])),
    )

    watched.look([...wide, { zebra: 1 }], 0, 201)

    expect(watched.unseen().join(' ')).toContain('(201 records seen). Check the spelling.')
  })
})

const name = fc.constantFrom('a', 'b', 'c', 'toString')
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom(null, undefined, 1, 'text'),
    fc.array(fc.constant({ a: 1 }), { maxLength: 2 }),
    fc.dictionary(name, tie('any'), { maxKeys: 3 }),
  ),
})).any
const field = fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('.'))

/** Every path of a record, by brute force. */
function allPaths(record: unknown): readonly string[] {
  if (typeof record !== 'object' || record === null || Array.isArray(record)) return []
  return Object.entries(record).flatMap(([key, inner]) => [
    key,
    ...allPaths(inner).map((path) => `${key}.${path}`),
  ])
}

it('leaves the fields that are in none of the records, however these come in batches', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(field, { maxLength: 5 }),
      fc.array(value, { minLength: 1, maxLength: 30 }),
      fc.array(fc.nat(30), { maxLength: 4 }),
      (fields, records, cuts) => {
        const carried = new Set(records.flatMap(allPaths))
        const { watched } = watch(fields)

        let start = 0
        for (const end of [...cuts.toSorted((a, b) => a - b), records.length]) {
          watched.look(records, start, Math.min(end, records.length))
          start = Math.min(end, records.length)
        }

        expect(names(watched.unseen())).toEqual(fields.filter((each) => !carried.has(each)))
        expect(watched.done).toBe(fields.every((each) => carried.has(each)))
      },
    ),
    { numRuns: 300 },
  )
})
