// What a person writes by hand for the job in run.ts: filter, running aggregate by user, write.
import { createReadStream, createWriteStream } from 'node:fs'
import { createInterface } from 'node:readline'

const [input, output] = process.argv.slice(2)
const users = new Map()
for await (const line of createInterface({ input: createReadStream(input) })) {
  const event = JSON.parse(line)
  if (event.type !== 'purchase' || !(event.amount > 20)) continue
  let user = users.get(event.user)
  if (user === undefined) {
    user = { count: 0, total: 0, largest: -Infinity }
    users.set(event.user, user)
  }
  user.count++
  user.total += event.amount
  if (event.amount > user.largest) user.largest = event.amount
}
const out = createWriteStream(output)
for (const [user, { count, total, largest }] of users) {
  out.write(`${JSON.stringify({ user, count, total, largest })}\n`)
}
out.end()
