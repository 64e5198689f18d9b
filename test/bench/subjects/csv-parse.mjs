// The rows of csv-parse as objects, and a Map. node csv-parse.mjs csv <input> <output>
import { createReadStream, createWriteStream } from 'node:fs'
import { load } from './load.mjs'
import { addTotal, isKept, writeCsv } from './totals.mjs'

const { parse } = await load('csv-parse')
const [, input, output] = process.argv.slice(2)
const rows = createReadStream(input).pipe(parse({ columns: true }))
const totals = new Map()
for await (const { time, user, type, amount } of rows) {
  const visit = { time: Number(time), user, type, amount: Number(amount) }
  if (isKept(visit)) addTotal(totals, visit)
}
const out = createWriteStream(output)
writeCsv(out, totals)
out.end()
