import { expectTypeOf, it } from 'vitest'
import { pipeline } from './pipeline.ts'

interface Flight {
  readonly origin: string
  readonly delay: number
}

it('carries the record type along the chain to the results', () => {
  const job = pipeline('late')
    .input<Flight>()
    .filter((flight) => flight.delay > 15)
    .through((flight) => ({ hours: flight.delay / 60 }))
    .job()

  expectTypeOf(job.run)
    .parameter(0)
    .toEqualTypeOf<Iterable<Flight> | AsyncIterable<Flight> | undefined>()
  expectTypeOf(job.run([])[Symbol.asyncIterator]()).toEqualTypeOf<
    AsyncIterator<{ hours: number }>
  >()
})

it('narrows through a type guard', () => {
  const flow = pipeline('text')
    .input<string | number>()
    .filter((value): value is string => typeof value === 'string')

  expectTypeOf(flow.through).parameter(0).parameter(0).toEqualTypeOf<string>()
})

it('refuses a stage whose input is not what comes in', () => {
  const flow = pipeline('wrong').input<Flight>()

  // @ts-expect-error: a flight is not a number
  flow.through((value: number) => value + 1)
  // @ts-expect-error: no such field
  flow.filter((flight) => flight.altitude > 3)
})

it('checks what goes through another flow, and through one of two', () => {
  const hours = pipeline('hours')
    .input<Flight>()
    .through((flight) => flight.delay / 60)
  const flow = pipeline('outer').input<Flight>()

  expectTypeOf(flow.through(hours).job().run([])[Symbol.asyncIterator]()).toEqualTypeOf<
    AsyncIterator<number>
  >()
  const chosen = flow.choose((flight) => flight.delay > 15, hours)
  expectTypeOf(chosen.through).parameter(0).parameter(0).toEqualTypeOf<Flight | number>()
  // @ts-expect-error: a number is not a flight
  flow.through(hours).through(hours)
  // @ts-expect-error: a number is not a flight
  flow.through(hours).choose((value) => value > 1, hours)
})
