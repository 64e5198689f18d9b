import { createActorSystem } from '@millrace/core'
import { expect, it } from 'vitest'
import { simulate } from './simulate.ts'
import type { SimulatedProcess } from './simulated-process.ts'

/** An actor that counts ticks, and who else goes on as long as its process lives. */
function ticking(process: SimulatedProcess, name: string, seen: string[]): void {
  const actor = createActorSystem({ runtime: process.runtime, name }).spawn<number>({
    id: 'ticker',
    create: (context) => ({
      receive(count) {
        seen.push(`${name} ${count}`)
        context.timers.once('again', 10, count + 1)
      },
    }),
  })
  actor.tell(1)
  void process.sleep(15).then(() => seen.push(`${name} slept`))
}

it('nothing of a killed process goes on, and the others do', async () => {
  const simulation = simulate()
  const [one, other] = [simulation.process(), simulation.process()]
  const seen: string[] = []
  ticking(one, 'one', seen)
  ticking(other, 'other', seen)
  await simulation.runFor(12)

  one.kill()
  await simulation.runFor(10)

  const of = (name: string): string[] => seen.filter((line) => line.startsWith(name))
  expect(of('one')).toEqual(['one 1', 'one 2'])
  expect(of('other')).toEqual(['other 1', 'other 2', 'other slept', 'other 3'])
  expect([one.isAlive, other.isAlive]).toEqual([false, true])
})

it('a message that waits for its turn dies with its process', async () => {
  const simulation = simulate()
  const process = simulation.process()
  const seen: string[] = []
  ticking(process, 'one', seen)

  process.kill()
  await simulation.runUntilIdle()

  expect(seen).toEqual([])
})
