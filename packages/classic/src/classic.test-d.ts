import { expectTypeOf, it } from 'vitest'
import { Classic, type StreamEvent } from './index.ts'

interface Visit {
  readonly user: string
}

it('knows the data of a stream wherever its events go', async () => {
  const classic = new Classic()
  const visits = await classic.createStream<Visit>('visits')

  await classic.registerProcessor('p', {
    stream: visits,
    process: (event) => {
      expectTypeOf(event).toEqualTypeOf<StreamEvent<Visit>>()
      return event.data.user.length
    },
    to: (length) => void expectTypeOf(length).toEqualTypeOf<number>(),
  })
  await classic.createTumblingWindow('w', {
    stream: visits,
    size: '1m',
    to: ({ events }) => void expectTypeOf(events).toEqualTypeOf<readonly StreamEvent<Visit>[]>(),
  })
  expectTypeOf(classic.getState('n', { initial: 0 })).toEqualTypeOf<number>()
  expectTypeOf(classic.getState('n')).toEqualTypeOf<unknown>()

  // @ts-expect-error A visit has a user.
  await visits.publish({ type: 'view', data: { page: '/' } })
})
