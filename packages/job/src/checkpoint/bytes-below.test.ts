import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { bytesBelow } from './bytes-below.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-bytes-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

it('counts files in folders within folders, and not the folders themselves', async () => {
  mkdirSync(join(folder, 'journal', 'source'), { recursive: true })
  writeFileSync(join(folder, 'blocks-1'), 'four')
  writeFileSync(join(folder, 'journal', 'source', 'segment-0'), 'and seven')

  expect(await bytesBelow(folder)).toBe(13)
  expect(await bytesBelow(join(folder, 'journal'))).toBe(9)
  expect(await bytesBelow(join(folder, 'spill'))).toBe(0)
})
