import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { startProcess } from './command.ts'

const cwd = mkdtempSync(join(tmpdir(), 'millrace-bench-'))
const bench = (...args: string[]): ReturnType<typeof startProcess>['ended'] =>
  startProcess(process.execPath, [resolve('test/bench/bench.ts'), '--folder', cwd, ...args], {
    cwd: resolve('.'),
  }).ended

afterAll(() => rmSync(cwd, { recursive: true }))

describe('pnpm bench', () => {
  it('gives right answers everywhere, and tables whose rows have as many cells as their heads', async () => {
    const { code, stderr, stdout } = await bench('--quick')

    expect(code, stderr).toBe(0)
    const headings = stdout.split('\n').filter((line) => line.startsWith('### '))
    expect(headings).toEqual([
      '### The job: filter on two fields, count and sum for each user and minute',
      '### Filter only: one record of five, written unchanged',
      '### An actor of your own in TypeScript that reads every field',
      '### The job from CSV to CSV',
      '### Start-up: the job over a single record',
      '### Latency at 2,000 records a second',
      '### Memory of a key',
    ])
    const tables = [...stdout.matchAll(/(?:^\|.*\|\n)+/gm)].map(([table]) =>
      table
        .trimEnd()
        .split('\n')
        .map((line) => line.split('|').length - 2),
    )
    expect(tables.map((rows) => [...new Set(rows)].join())).toEqual([
      '7',
      '7',
      '7',
      '7',
      '7',
      '6',
      '2',
    ])
    expect(tables.map((rows) => rows.length)).toEqual([6, 5, 5, 4, 5, 5, 4])
    expect(stdout).not.toContain('Left out')
  })

  it('names what it does not know', async () => {
    const { code, stderr } = await bench('--only', 'jobs')

    expect({ code, stderr }).toEqual({
      code: 2,
      stderr:
        'Unknown part jobs. There are: job, filter, actor, csv, heavy, start, latency, keys, large. See pnpm bench --help.\n',
    })
  })
})
