// What a person writes by hand: readline, JSON.parse and a Map. node readline.mjs <set> <input> <output>
import { once } from 'node:events'
import { createReadStream, createWriteStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { addTotal, isKept, writeCsv } from './totals.mjs'

const [set, input, output] = process.argv.slice(2)
const lines = createInterface({ input: createReadStream(input) })
const out = createWriteStream(output)

const sets = {
  async job() {
    const totals = new Map()
    for await (const line of lines) {
      const visit = JSON.parse(line)
      if (isKept(visit)) addTotal(totals, visit)
    }
    for (const row of totals.values()) out.write(`${JSON.stringify(row)}\n`)
  },

  async filter() {
    for await (const line of lines) {
      if (isKept(JSON.parse(line)) && !out.write(`${line}\n`)) await once(out, 'drain')
    }
  },

  async actor() {
    const { default: score } = await import('../jobs/score.ts')
    for await (const line of lines) {
      const scored = score(JSON.parse(line))
      if (scored === undefined) continue
      if (!out.write(`${JSON.stringify(scored)}\n`)) await once(out, 'drain')
    }
  },

  async csv() {
    const totals = new Map()
    for await (const line of lines) {
      const [, time, user, type, amount] = line.split(',')
      const visit = { time: Number(time), user, type, amount: Number(amount) }
      if (isKept(visit)) addTotal(totals, visit)
    }
    writeCsv(out, totals)
  },

  async keys() {
    const users = new Map()
    for await (const line of lines) {
      const { user, amount } = JSON.parse(line)
      const row = users.get(user)
      if (row === undefined) users.set(user, { user, count: 1, total: amount })
      else {
        row.count++
        row.total += amount
      }
    }
    for (const row of users.values()) {
      if (!out.write(`${JSON.stringify(row)}\n`)) await once(out, 'drain')
    }
  },
}

await sets[set === 'start' ? 'job' : set]()
out.end()
