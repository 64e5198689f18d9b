import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { folder, startProcess } from './command.ts'

const text = readFileSync('README.md', 'utf8')
const blocks = [...text.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code]) => code as string)
const job = `pipeline:
  source: { file: flights.jsonl }
  stages: [{ filter: delay > 15 }]
  sink: { file: late-flights.jsonl }
`
const at = (minutes: number): string => new Date(minutes * 60_000).toISOString()
const lines = (...records: object[]): string =>
  records.map((record) => `${JSON.stringify(record)}\n`).join('')

it.each(blocks.map((code, index) => [index + 1, code] as const))(
  'the code #%i of the README runs as it stands',
  async (_number, code) => {
    const cwd = folder({
      'readme.ts': code,
      'job.yaml': job,
      'flights.jsonl': lines({ delay: 20 }, { delay: 3 }),
      'orders.jsonl': lines({ id: 1, at: at(0) }, { id: 2, at: at(1) }),
      'payments.jsonl': lines({ orderId: 2, at: at(3) }, { orderId: 1, at: at(9) }),
    })

    const { code: exit, stderr } = await startProcess(process.execPath, ['readme.ts'], { cwd })
      .ended

    expect(exit, stderr).toBe(0)
    const [file, result] = code.includes('paid.jsonl')
      ? ['paid.jsonl', /"orders":1/]
      : ['late-flights.jsonl', /^{"delay":20}\n$/]
    expect(readFileSync(join(cwd, file), 'utf8')).toMatch(result)
  },
)
