// RxJS over the lines of readline. node rxjs.mjs <set> <input> <output>
import { createReadStream, createWriteStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { load } from './load.mjs'
import { isKept } from './totals.mjs'

const { filter, from, groupBy, map, mergeMap, reduce } = await load('rxjs')
const [set, input, output] = process.argv.slice(2)
const lines = from(createInterface({ input: createReadStream(input) }))
const out = createWriteStream(output)

const minute = (time) => time - (time % 60_000)

const job = () =>
  lines.pipe(
    map((line) => JSON.parse(line)),
    filter(isKept),
    groupBy(({ time, user }) => `${minute(time)} ${user}`),
    mergeMap((group) =>
      group.pipe(
        reduce(
          (row, { time, user, amount }) => ({
            user,
            windowStart: minute(time),
            windowEnd: minute(time) + 60_000,
            count: row.count + 1,
            total: row.total + amount,
          }),
          { count: 0, total: 0 },
        ),
      ),
    ),
    map((row) => JSON.stringify(row)),
  )
const sets = {
  job,
  start: job,
  filter: () => lines.pipe(filter((line) => isKept(JSON.parse(line)))),
  actor: async () => {
    const { default: score } = await import('../jobs/score.ts')
    return lines.pipe(
      map((line) => score(JSON.parse(line))),
      filter((scored) => scored !== undefined),
      map((scored) => JSON.stringify(scored)),
    )
  },
}

const results = await sets[set]()
await results.forEach((line) => out.write(`${line}\n`))
out.end()
