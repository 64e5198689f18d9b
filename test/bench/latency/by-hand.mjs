// The four steps as plain calls: what the clock, the timers and the machine cost.
import { createLateness, steadyVisits, told } from './steady.ts'

const visits = new Map()
const options = told()
const lateness = createLateness(options)
for await (const batch of steadyVisits(options)) {
  for (const visit of batch) {
    if (visit.amount < 10) continue
    const withNet = { ...visit, net: visit.amount * 0.8 }
    const count = (visits.get(visit.user) ?? 0) + 1
    visits.set(visit.user, count)
    const counted = { ...withNet, visits: count }
    if (counted.visits > 0) lateness.take(counted)
  }
}
lateness.write()
