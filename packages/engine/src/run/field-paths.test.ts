import { expect, it } from 'vitest'
import { addFieldPaths } from './field-paths.ts'

function pathsOf(depth: number, ...records: readonly unknown[]): readonly string[] {
  const paths = new Set<string>()
  for (const record of records) addFieldPaths(record, depth, paths)
  return [...paths]
}

it('lists all fields of all records, nested ones by path', () => {
  const records = [{ a: { b: 1 } }, { a: null, c: [{ d: 1 }] }, 'text', null, [1]]

  expect(pathsOf(3, ...records)).toEqual(['a', 'a.b', 'c'])
})

it('goes no deeper than it is told, on records that nest without end too', () => {
  const record: Record<string, unknown> = {}
  record['self'] = record

  expect(pathsOf(1, { a: { b: 1 } })).toEqual(['a'])
  expect(pathsOf(3, record)).toEqual(['self', 'self.self', 'self.self.self'])
})
