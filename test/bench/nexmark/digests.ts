// What each query should answer over a file of events, as digests in a JSON file. A process of its own: it holds all events.
// node --max-old-space-size=12000 test/bench/nexmark/digests.ts events.jsonl side.csv digests.json
import { writeFileSync } from 'node:fs'
import { answers } from './oracle/answers.ts'
import { readHouse } from './oracle/house.ts'
import { digest } from './rows.ts'

const [events, side, output] = process.argv.slice(2)
if (events === undefined || side === undefined || output === undefined) {
  throw new Error('name the events, the side table and the file to write')
}
const house = readHouse(events, side)
const digests = Object.entries(answers).map(([query, answer]) => [query, digest(answer(house))])
writeFileSync(output, JSON.stringify(Object.fromEntries(digests), undefined, 2))
