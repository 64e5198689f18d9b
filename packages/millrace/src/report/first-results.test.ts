import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readResults, renderResults } from './first-results.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-results-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

function file(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

describe('readResults', () => {
  it('reads the first ten JSON lines; columns are all fields in the order they appear', async () => {
    const lines = Array.from({ length: 12 }, (_, n) =>
      JSON.stringify({ n, ...(n === 1 && { x: 1 }) }),
    )
    const results = await readResults(file('a.jsonl', `${lines.join('\n')}\n`), 'jsonl')

    expect(results?.columns).toEqual(['n', 'x'])
    expect(results?.rows).toHaveLength(10)
    expect(results?.rows[1]).toEqual([1, 1])
  })

  it('shows fields that are named like members of every object only where they are', async () => {
    const text = '{"a":1}\n{"constructor":5,"__proto__":6}\n'
    const results = await readResults(file('own.jsonl', text), 'jsonl')

    expect(results).toEqual({
      columns: ['a', 'constructor', '__proto__'],
      rows: [
        [1, undefined, undefined],
        [undefined, 5, 6],
      ],
    })
  })

  it('has nothing to show of what is no text, empty or not there', async () => {
    expect(await readResults(file('x.jsonl', 'no json\n'), 'jsonl')).toBeUndefined()
    expect(await readResults(file('y.jsonl', ''), 'jsonl')).toBeUndefined()
    expect(await readResults(join(folder, 'none.jsonl'), 'jsonl')).toBeUndefined()
  })

  it('shows records that are no objects as a value', async () => {
    const results = await readResults(file('b.jsonl', '3\n"text"\n[1]\n'), 'jsonl')

    expect(results).toEqual({ columns: ['value'], rows: [[3], ['text'], [[1]]] })
  })

  it('reads CSV with quoted cells', async () => {
    const text = 'name,note,n\n"Smith, J.","said ""no""",3\n,,\n'
    const results = await readResults(file('c.csv', text), 'csv')

    expect(results).toEqual({
      columns: ['name', 'note', 'n'],
      rows: [
        ['Smith, J.', 'said "no"', '3'],
        ['', '', ''],
      ],
    })
  })

  it('leaves out a line that is not whole', async () => {
    const results = await readResults(file('d.jsonl', '{"n":1}\n{"n":'), 'jsonl')

    expect(results?.rows).toEqual([[1]])
  })
})

describe('renderResults', () => {
  it('aligns numbers on the right and shortens what is long', () => {
    const rows = [
      ['SFO', 1204, 8.123456789, { a: 1 }],
      ['JFK', 7, undefined, 'a text that goes on and on and on and on'],
    ]
    const columns = ['origin', 'flights', 'mean', 'note']

    expect(renderResults('out/hourly.jsonl', { columns, rows }, 285)).toMatchInlineSnapshot(`
      "out/hourly.jsonl (first 2 of 285)
        origin  flights     mean  note
        SFO        1204  8.12346  {"a":1}
        JFK           7           a text that goes on and on and …
      "
    `)
  })

  it('shows at most twelve columns and says how many it left out', () => {
    const columns = Array.from({ length: 14 }, (_, n) => `c${n}`)

    const text = renderResults('wide.csv', { columns, rows: [columns] }, 1)

    expect(text.split('\n')[0]).toBe('wide.csv (first 1 of 1, 2 more columns)')
    expect(text).not.toContain('c12')
  })
})
