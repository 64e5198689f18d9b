import { expect, it } from 'vitest'
import { classicAt } from './classic-at.test-support.ts'

it('keeps the same key in two namespaces apart', () => {
  const classic = classicAt(0)

  classic.updateState('total', 1000, { namespace: 'events' })
  classic.updateState('total', 50, { namespace: 'users' })

  expect(classic.getState('total', { namespace: 'events' })).toBe(1000)
  expect(classic.getState('total', { namespace: 'users' })).toBe(50)
  expect(classic.getState('total')).toBeNull()
})

it('knows when a value was set, and gives null or what the caller names where there is none', () => {
  const classic = classicAt(77)

  classic.updateState('theme', { dark: true })

  expect(classic.stateEntry('theme')).toEqual({ value: { dark: true }, updatedAt: 77 })
  expect(classic.stateEntry('size')).toBeUndefined()
  expect(classic.getState('size')).toBeNull()
  expect(classic.getState('size', { initial: 12 })).toBe(12)
})

it('forgets what is deleted, and says how many values there are', () => {
  const classic = classicAt(0)
  classic.updateState('a', 1)
  classic.updateState('b', null, { namespace: 'other' })

  expect(classic.report().retained.state).toBe(2)
  expect(classic.deleteState('a')).toBe(true)
  expect(classic.deleteState('a')).toBe(false)
  expect(classic.report().retained.state).toBe(1)
})

it('shares state between processors; what a failing event wrote counts for nothing', async () => {
  const classic = classicAt(0)
  const stream = await classic.createStream<string>('s')
  await classic.registerProcessor('count', {
    stream,
    process: ({ data, type }, state) => {
      const options = { namespace: 'counters', initial: 0 }
      state.updateState(type, state.getState(type, options) + 1, options)
      state.updateState(type, state.getState(type, options) + 1, options)
      if (data === 'bad') throw new Error('bad')
    },
  })

  for (const data of ['good', 'bad', 'good']) await stream.publish({ type: 'view', data })
  await classic.settled()

  expect(classic.getState('view', { namespace: 'counters' })).toBe(4)
})
