import { defineError } from '@millrace/base'
import { describe, expect, it } from 'vitest'
import { displayPath, renderAny, renderFault, renderFaults } from './fault-text.ts'

const UNKNOWN_KEY = defineError<{ key: string; near: string }>({
  code: 'CFG_UNKNOWN_KEY',
  message: (d) => `Unknown key "${d.key}" in window.`,
  hint: (d) => `Did you mean "${d.near}"?`,
})

const text = 'pipeline:\n  stages:\n\t- window: { latness: 5m }\n'
const options = { cwd: '/jobs', read: () => text }

describe('renderFault', () => {
  it('shows the place, the line with a caret under the column, and the next step', () => {
    const fault = UNKNOWN_KEY(
      { key: 'latness', near: 'lateness' },
      { file: '/jobs/job.yaml', line: 3, column: 14, path: 'pipeline.stages[0].latness' },
    )

    expect(renderFault(fault, options)).toMatchInlineSnapshot(`
      "error[CFG_UNKNOWN_KEY]: Unknown key "latness" in window.
        at   job.yaml:3:14  pipeline.stages[0].latness
             3 | 	- window: { latness: 5m }
               | 	            ^
        next Did you mean "lateness"?"
    `)
  })

  it('shows the part of a long line around the column', () => {
    const long = `${'a'.repeat(300)}!${'b'.repeat(300)}`
    const fault = UNKNOWN_KEY({ key: 'a', near: 'b' }, { file: 'job.yaml', line: 1, column: 301 })

    const lines = renderFault(fault, { cwd: '/jobs', read: () => long }).split('\n')

    expect(lines[2]).toHaveLength('       1 | '.length + 102)
    expect(lines[3]?.indexOf('^')).toBe(lines[2]?.indexOf('!'))
  })

  it('leaves out what is not known and files that cannot be read', () => {
    const nowhere = UNKNOWN_KEY({ key: 'a', near: 'b' })
    const unreadable = UNKNOWN_KEY({ key: 'a', near: 'b' }, { file: '/etc/gone.yaml', line: 2 })

    expect(renderFault(nowhere, options)).toMatchInlineSnapshot(`
      "error[CFG_UNKNOWN_KEY]: Unknown key "a" in window.
        next Did you mean "b"?"
    `)
    expect(renderFault(unreadable, { cwd: '/jobs', kind: 'warning', read: () => undefined }))
      .toMatchInlineSnapshot(`
      "warning[CFG_UNKNOWN_KEY]: Unknown key "a" in window.
        at   /etc/gone.yaml:2
        next Did you mean "b"?"
    `)
  })
})

it('reads each file once for all its faults', () => {
  let reads = 0
  const fault = UNKNOWN_KEY({ key: 'a', near: 'b' }, { file: 'job.yaml', line: 1, column: 1 })

  renderFaults([fault, fault], {
    cwd: '/jobs',
    read: () => {
      reads++
      return text
    },
  })

  expect(reads).toBe(1)
})

describe('renderAny', () => {
  it('shows a stack only when asked for', () => {
    const bug = new TypeError('x is not a function')

    expect(renderAny(bug, options, false)).toMatchInlineSnapshot(`
      "error: x is not a function
        next This is not an expected error; set MILLRACE_DEBUG=1 to see where it comes from.
      "
    `)
    expect(renderAny(bug, options, true)).toContain('fault-text.test.ts')
    expect(renderAny(UNKNOWN_KEY({ key: 'a', near: 'b' }), options, true)).toContain('    at ')
  })
})

it('names a file below the folder by its relative path, another one in full', () => {
  expect(displayPath('/jobs/sub/job.yaml', '/jobs')).toBe('sub/job.yaml')
  expect(displayPath('/etc/job.yaml', '/jobs')).toBe('/etc/job.yaml')
})
