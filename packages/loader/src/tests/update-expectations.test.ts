import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { updateExpectations } from './update-expectations.ts'

interface Tested {
  readonly expect: Record<string, unknown>
}

describe('expectations that are updated', () => {
  it('get a line for each record, and the rest of the file stays letter by letter', () => {
    const text = `# a job
tests:
  - name: one   # first
    expect: { sink: [], late: [{ a: 1 }] }
  - expect:
      sink:
        - { a: 1 }
        - { a: 2 }   # second
      late: []
    steps:
      - expect: { sink: [] }
      - end
`
    const updated = updateExpectations(text, [
      { path: ['tests', 0, 'expect', 'sink'], records: [{ n: 1, s: '1' }, null] },
      { path: ['tests', 1, 'expect', 'sink'], records: [] },
      { path: ['tests', 1, 'expect', 'late'], records: [{ a: [] }] },
      { path: ['tests', 1, 'steps', 0, 'expect', 'sink'], records: [1] },
    ])

    expect(updated).toBe(`# a job
tests:
  - name: one   # first
    expect:
      sink:
        - { n: 1, s: "1" }
        - null
      late: [{ a: 1 }]
  - expect:
      sink: []
      late:
        - { a: [] }
    steps:
      - expect:
          sink:
            - 1
      - end
`)
  })

  it('stay JSON in a JSON file', () => {
    const text = '{ "tests": [{ "expect": { "sink": [] } }] }'

    const path = ['tests', 0, 'expect', 'sink']
    expect(updateExpectations(text, [{ path, records: [{ a: 'x: y' }, 2] }])).toBe(
      '{ "tests": [{ "expect": { "sink": [{"a":"x: y"}, 2] } }] }',
    )
  })

  it('leave an alias alone, which stands for others too', () => {
    const text = 'x-a: &a [1]\ntests:\n  - expect: { sink: *a }\n'

    const edit = { path: ['tests', 0, 'expect', 'late'], records: [2] }
    expect(updateExpectations(text, [edit])).toContain('sink: *a')
  })

  it('say what they should, and nothing else changes its meaning, however the file is written', () => {
    const records = fc.array(fc.jsonValue({ maxDepth: 2 }), { maxLength: 3 })
    const layouts = fc.constantFrom('block', 'flow', 'list', 'json')
    fc.assert(
      fc.property(records, records, layouts, fc.boolean(), (before, after, layout, isLast) => {
        const json = JSON.stringify(before)
        const block = before.length === 0 ? ' []' : before.map(blockItem).join('')
        const text = {
          block: `tests:\n  - name: x\n    expect:\n      sink:${block}\n      late: [1]\n`,
          flow: `tests:\n  - expect: { sink: ${json}, late: [1] }\n    name: x\n`,
          list: `tests:\n- expect:\n    late: [1]\n    sink: ${json}\n  name: x\n`,
          json: `{"tests":[{"expect":{"sink":${json},"late":[1]},"name":"x"}]}`,
        }[layout]
        const tail = isLast || layout === 'json' ? text.trimEnd() : `${text}# end\nmore: 1\n`
        const path = ['tests', 0, 'expect', 'sink']

        const updated = updateExpectations(tail, [{ path, records: after }])

        const { tests, ...rest } = parse(updated) as { tests: Tested[] }
        const { tests: _, ...old } = parse(tail) as { tests: Tested[] }
        expect(rest).toEqual(old)
        // JSON text has no -0.
        expect(plain(tests)).toEqual([{ name: 'x', expect: { sink: plain(after), late: [1] } }])
        if (layout === 'json') JSON.parse(updated)
      }),
      { numRuns: 300 },
    )
  })
})

const blockItem = (record: unknown): string => `\n        - ${JSON.stringify(record)}`
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value))
