import { expect, it } from 'vitest'

import { invariant } from './invariant.ts'

it('does nothing when the sentence is true', () => {
  expect(() => {
    invariant(true, 'the sky is up')
  }).not.toThrow()
})

it('throws the sentence when it is false', () => {
  expect(() => {
    invariant(false, 'a batch is never empty')
  }).toThrow(new Error('Broken invariant: a batch is never empty'))
})
