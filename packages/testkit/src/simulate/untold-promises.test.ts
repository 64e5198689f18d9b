import { expect, it } from 'vitest'

import { simulate } from './simulate.ts'

it('promises that nobody told of go on before the clock does', async () => {
  const simulation = simulate()
  const { runtime, system } = simulation
  const supervisor = system.supervise({ id: 'supervisor', strategy: 'dynamic' })
  const seen: string[] = []
  const started = supervisor.start({ id: 'a', create: () => ({ receive() {} }) })
  void started.then(() => Promise.resolve()).then(() => seen.push('started'))
  runtime.timer(1, () => {
    seen.push('timer')
    void Promise.resolve().then(() => seen.push('after the timer'))
  })
  runtime.timer(2, () => seen.push('second timer'))

  await simulation.runUntilIdle()

  expect(seen).toEqual(['started', 'timer', 'after the timer', 'second timer'])
})
