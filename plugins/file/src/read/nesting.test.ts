import { expect, it } from 'vitest'
import { isTooDeep } from './nesting.ts'

function tooDeep(text: string): boolean {
  const bytes = Buffer.from(`[${text}]`)
  return isTooDeep(bytes, 1, bytes.length - 1)
}

it('takes a thousand levels and no more', () => {
  const pad = '"x"'.padEnd(1000)

  expect(tooDeep(`${'['.repeat(1000)}${pad}${']'.repeat(1000)}`)).toBe(false)
  expect(tooDeep(`${'['.repeat(1001)}${pad}${']'.repeat(1001)}`)).toBe(true)
  expect(tooDeep(`${'{"a":'.repeat(1001)}1${'}'.repeat(1001)}`)).toBe(true)
})

it('counts levels, not brackets, and none in texts', () => {
  expect(tooDeep(`[${'[],'.repeat(2000)}[]]`)).toBe(false)
  expect(tooDeep(`["\\"${'['.repeat(3000)}\\\\",${'[],'.repeat(2000)}[]]`)).toBe(false)
})
