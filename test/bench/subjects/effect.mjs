// Streams of Effect, which work on arrays of lines. node effect.mjs <set> <input> <output>
import { once } from 'node:events'
import { createReadStream, createWriteStream } from 'node:fs'
import { load } from './load.mjs'
import { addTotal, isKept } from './totals.mjs'

const { Effect, Stream } = await load('effect')
const [set, input, output] = process.argv.slice(2)
const lines = Stream.fromAsyncIterable(createReadStream(input, 'utf8'), (error) => error).pipe(
  Stream.splitLines,
)
const out = createWriteStream(output)

const write = (stream) =>
  Stream.runForEachArray(stream, (texts) =>
    Effect.promise(async () => {
      if (!out.write(texts.map((text) => `${text}\n`).join(''))) await once(out, 'drain')
    }),
  )

const job = () =>
  lines.pipe(
    Stream.map((line) => JSON.parse(line)),
    Stream.filter(isKept),
    Stream.runFold(() => new Map(), addTotal),
    Effect.flatMap((rows) =>
      write(Stream.fromIterable(rows.values()).pipe(Stream.map((row) => JSON.stringify(row)))),
    ),
  )
const sets = {
  job,
  start: job,
  filter: () =>
    lines.pipe(
      Stream.filter((line) => isKept(JSON.parse(line))),
      write,
    ),
  actor: async () => {
    const { default: score } = await import('../jobs/score.ts')
    return lines.pipe(
      Stream.map((line) => score(JSON.parse(line))),
      Stream.filter((scored) => scored !== undefined),
      Stream.map((scored) => JSON.stringify(scored)),
      write,
    )
  },
}

await Effect.runPromise(await sets[set]())
out.end()
