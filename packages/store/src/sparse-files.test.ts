import { expect, it } from 'vitest'
import type { BlockRef } from './manifest.ts'
import { sparseFiles } from './sparse-files.ts'

const block = (file: number, length: number): BlockRef => ({ file, offset: 0, length, crc: 0 })
const sections = [
  [block(1, 20), block(2, 66)],
  [block(1, 12), block(3, 100)],
]
const files = new Map([
  [1, 100],
  [2, 100],
  [3, 150],
  [4, 1000],
])

it('names files of which more than a third is dead; those that nobody needs go by themselves', () => {
  expect([...sparseFiles(sections, files, 10)]).toEqual([1, 2])
})

it('names none where all of them together are not worth it', () => {
  expect([...sparseFiles(sections, files, 102)]).toEqual([1, 2])
  expect([...sparseFiles(sections, files, 103)]).toEqual([])
})
