import type { ActorRef } from '@millrace/core'
import { describe, expect, it } from 'vitest'
import { simulate } from '../simulate/simulate.ts'
import { deadLetterProbe, eventProbe } from './event-probe.ts'
import { manualTime } from './manual-time.ts'
import { probe, type ProbeHost } from './probe.ts'

/** Sends every number on, later by as many ms. */
function delaying(host: ProbeHost, to: ActorRef<number>): ActorRef<number> {
  return host.system.spawn<number>({
    id: 'delaying',
    create: (context) => ({
      receive(value) {
        if (value === 0) throw new Error('zero')
        to.tell(value)
        context.timers.once(`${value}`, value, value)
        context.become({ receive: (late) => to.tell(-late) })
      },
    }),
  })
}

describe.each([
  ['a simulation', (): ProbeHost => simulate()],
  ['a manual time', (): ProbeHost => manualTime()],
])('a probe in %s', (_, make) => {
  it('waits in virtual time', async () => {
    const host = make()
    const end = probe<number>(host)
    delaying(host, end.ref).tell(500)

    expect(await end.expect(500)).toBe(500)
    await end.expectNone(400)
    expect(await end.expect(-500)).toBe(-500)
  })

  it('says what came instead, or that nothing came', async () => {
    const host = make()
    const end = probe<{ readonly n: number }>(host, 'end')
    end.ref.tell({ n: 1 })

    await expect(end.expect({ n: 2 })).rejects.toThrow(
      'A message for end: expected { n: 2 }, got { n: 1 }.',
    )
    await expect(end.receive(1, 50)).rejects.toThrow(
      'A message for end did not come within 50 ms of virtual time; nothing waits.',
    )
    end.ref.tell({ n: 3 })
    await expect(end.expectNone(50)).rejects.toThrow(
      'A message for end: expected nothing for 50 ms, got { n: 3 }.',
    )
  })

  it('takes several, fishes for one, and drops what was before it', async () => {
    const host = make()
    const end = probe<number>(host)
    for (const value of [1, 2, 3, 4, 5]) end.ref.tell(value)

    expect(await end.receive(2)).toEqual([1, 2])
    expect(await end.fish((value) => value > 3)).toBe(4)
    expect(await end.receive(1)).toEqual([5])
  })

  it('answers a question', async () => {
    const host = make()
    const end = probe<{ readonly reply: (value: string) => void }>(host)
    const answer = end.ref.ask<string>((reply) => ({ reply }), { timeoutMs: 100 })
    await end.receive(1)

    end.reply('yes')

    expect(await answer).toBe('yes')
    end.ref.tell({ reply: undefined as never })
    await end.receive(1)
    expect(() => end.reply('no')).toThrow('has no function to reply with')
  })

  it('sees the end of an actor, its dead letters and its restarts', async () => {
    const host = make()
    const end = probe<number>(host)
    const letters = deadLetterProbe(host)
    const stops = eventProbe(host, 'stopped')
    const actor = delaying(host, end.ref)
    actor.tell(0)

    await end.expectTerminated(actor)

    actor.tell(7)
    const [first, second] = await letters.receive(2)
    expect([first?.reason, second?.message, second?.reason]).toEqual(['failed', 7, 'stopped'])
    expect((await stops.receive(1))[0]?.path).toBe(actor.path)
  })
})

it('no fault strikes a probe, nor what is sent to it', async () => {
  const sim = simulate({ faults: { messageLoss: 1, crashInFactory: 1, crashInHandler: 1 } })
  const end = probe<number>(sim)
  end.ref.tell(1)

  expect(await end.expect(1)).toBe(1)
})

it('moves the clock of a manual time by hand', async () => {
  const time = manualTime({ startMs: 1000 })
  const end = probe<number>(time)
  time.runtime.timer(10, () => end.ref.tell(time.runtime.now()))

  await time.advance(9)
  expect(end.waiting).toEqual([])
  await time.advance(1)
  expect(end.waiting).toEqual([1010])
})
