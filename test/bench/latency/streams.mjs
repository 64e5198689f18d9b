// The four steps as transforms of Node.
import { Readable, Transform, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createLateness, steadyVisits, told } from './steady.ts'

const each = (step) =>
  new Transform({
    objectMode: true,
    transform(value, _encoding, done) {
      done(null, step(value))
    },
  })

const visits = new Map()
const options = told()
const lateness = createLateness(options)
await pipeline(
  Readable.from(steadyVisits(options)),
  new Transform({
    objectMode: true,
    transform(batch, _encoding, done) {
      for (const visit of batch) this.push(visit)
      done()
    },
  }),
  each((visit) => (visit.amount < 10 ? undefined : visit)),
  each((visit) => ({ ...visit, net: visit.amount * 0.8 })),
  each((visit) => {
    const count = (visits.get(visit.user) ?? 0) + 1
    visits.set(visit.user, count)
    return { ...visit, visits: count }
  }),
  each((visit) => (visit.visits > 0 ? visit : undefined)),
  new Writable({
    objectMode: true,
    write(visit, _encoding, done) {
      lateness.take(visit)
      done()
    },
  }),
)
lateness.write()
