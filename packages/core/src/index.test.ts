import { afterEach, expect, it, vi } from 'vitest'

afterEach(() => {
  vi.doUnmock('xstate')
  vi.resetModules()
})

it('never loads XState through the main entry', async () => {
  vi.resetModules()
  vi.doMock('xstate', () => {
    throw new Error('XState was loaded')
  })

  const main = await import('./index.ts')

  expect(Object.keys(main)).toContain('createActorSystem')
  await expect(import('./xstate.ts')).rejects.toThrow('error when mocking a module')
})
