import { expect, it } from 'vitest'
import { alignRows, clip, textWidth } from './table.ts'

it('aligns columns left and right, two spaces apart, without trailing spaces', () => {
  const rows = [
    ['airport', 'flights', ''],
    ['SFO', '1,204', 'late'],
    ['Zürich', '7'],
  ]

  expect(alignRows(rows, ['left', 'right'])).toEqual([
    'airport  flights',
    'SFO        1,204  late',
    'Zürich         7',
  ])
})

it('counts wide characters as two columns and styles and combining marks as none', () => {
  expect(textWidth('abc')).toBe(3)
  expect(textWidth('東京')).toBe(4)
  expect(textWidth('\u001B[31mred\u001B[39m')).toBe(3)
  expect(textWidth('e\u0301')).toBe(1)
})

it('clips a text to a width and shows the cut', () => {
  expect(clip('delay', 5)).toBe('delay')
  expect(clip('delayed', 5)).toBe('dela…')
  expect(clip('東京都', 5)).toBe('東京…')
})
