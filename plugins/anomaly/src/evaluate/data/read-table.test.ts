import { renderError } from '@millrace/base'
import { expect, test } from 'vitest'
import { readTable } from './read-table.ts'

function fault(file: string, text: string): string {
  try {
    readTable(file, text)
  } catch (error) {
    return renderError(error)
  }
  return 'read'
}

test('CSV has a header, quoted cells, any line end, and lines that are empty', () => {
  const text = '\uFEFFtimestamp,"a, b",c\r\n1,"say ""hi""",\r\n\r\n2,,x'

  expect(readTable('a.csv', text)).toEqual({
    columns: ['timestamp', 'a, b', 'c'],
    rows: [
      ['1', 'say "hi"', ''],
      ['2', '', 'x'],
    ],
    lines: [2, 4],
  })
})

test('JSON lines have the columns of all objects, null where one lacks it', () => {
  const text = '{"a": 1}\n\n{"b": "x", "a": 2}\n'

  expect(readTable('a.jsonl', text)).toEqual({
    columns: ['a', 'b'],
    rows: [
      [1, null],
      [2, 'x'],
    ],
    lines: [1, 3],
  })
})

test('a row that is no row is named with file and line', () => {
  expect(fault('g/a.csv', 'timestamp,value\n1,2\n3\n')).toMatchInlineSnapshot(`
    "error[ANOMALY_ROW]: A row must have 2 cells, as the header has; got 1.
      at   g/a.csv:3
      next Mend the row. A value that is missing is an empty cell, or null."
  `)
  expect(fault('a.jsonl', '{"a": 1}\n[2]')).toMatchInlineSnapshot(`
    "error[ANOMALY_ROW]: A row must have a JSON object; got [2].
      at   a.jsonl:2
      next Mend the row. A value that is missing is an empty cell, or null."
  `)
  expect(fault('a.jsonl', '{"a":')).toContain('at   a.jsonl:1')
})
