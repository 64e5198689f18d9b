// The streams of Node, one transform for each step. node streams.mjs <set> <input> <output>
import { createReadStream, createWriteStream } from 'node:fs'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { addTotal, isKept } from './totals.mjs'

const [set, input, output] = process.argv.slice(2)

const toLines = () => {
  let rest = ''
  return new Transform({
    readableObjectMode: true,
    decodeStrings: false,
    transform(chunk, _encoding, done) {
      const lines = (rest + chunk).split('\n')
      rest = lines.pop()
      for (const line of lines) this.push(line)
      done()
    },
    flush(done) {
      if (rest !== '') this.push(rest)
      done()
    },
  })
}

/** Hands on what `step` gives, unless that is undefined. */
const each = (step) =>
  new Transform({
    objectMode: true,
    transform(value, _encoding, done) {
      done(null, step(value))
    },
  })

const toText = () => each((line) => `${line}\n`)

const totals = () => {
  const rows = new Map()
  return new Transform({
    objectMode: true,
    transform(visit, _encoding, done) {
      addTotal(rows, visit)
      done()
    },
    flush(done) {
      for (const row of rows.values()) this.push(row)
      done()
    },
  })
}

const job = () => [
  each((line) => JSON.parse(line)),
  each((visit) => (isKept(visit) ? visit : undefined)),
  totals(),
  each((row) => JSON.stringify(row)),
  toText(),
]
const sets = {
  job,
  start: job,
  filter: () => [each((line) => (isKept(JSON.parse(line)) ? line : undefined)), toText()],
  actor: async () => {
    const { default: score } = await import('../jobs/score.ts')
    return [
      each((line) => JSON.parse(line)),
      each(score),
      each((scored) => JSON.stringify(scored)),
      toText(),
    ]
  },
}

await pipeline(
  createReadStream(input, 'utf8'),
  toLines(),
  ...(await sets[set]()),
  createWriteStream(output),
)
