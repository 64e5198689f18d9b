import type { ActorRef, ActorSpec } from '@millrace/core'
import { actorLaws } from '@millrace/testkit/laws'
import fc from 'fast-check'

// An actor of your own: sends the readings on in tens, or what there is after a second.
function collector(next: ActorRef<number[]>): ActorSpec<number | 'flush'> {
  return {
    id: 'collector',
    create({ timers }) {
      let readings: number[] = []
      const flush = (): void => {
        next.tell(readings)
        readings = []
        timers.cancel('flush')
      }
      return {
        receive(message) {
          if (message === 'flush') return flush()
          readings.push(message)
          if (readings.length === 10) flush()
          else if (readings.length === 1) timers.once('flush', 1000, 'flush')
        },
      }
    },
  }
}

// What it talks to is made by the world of the test, which writes down what arrives.
actorLaws(({ ref }) => collector(ref('next')), { messages: fc.integer() })
