import { chmod, readFile, realpath, rename, stat, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { MillraceError } from '@millrace/base'
import type { DeadLetterRecord } from '@millrace/engine'
import { type Expectation, type LoadOptions, loadSpec } from '@millrace/loader'
import { listTests, updateExpectations } from '@millrace/loader/authoring'
import { runJobTest } from '@millrace/testkit'
import { CLI_NO_TESTS } from '../errors.ts'
import { exitCodes } from '../exit-codes.ts'
import { loadOptions } from '../job-file.ts'
import { printFaults, reportFaults } from '../report/fault-report.ts'
import { displayPath } from '../report/fault-text.ts'
import { junitReport } from '../report/junit.ts'
import { isGreen, type RanTest, type TestedFile } from '../report/tested-file.ts'
import { renderTotals, renderTestFile, testsJson } from '../report/test-text.ts'
import type { Shell } from '../shell.ts'
import { tellWatcher, watchJobs } from './watch-jobs.ts'

/** Options of `millrace test`. */
export interface TestOptions {
  readonly name?: string
  readonly set?: readonly string[]
  readonly update?: boolean
  readonly watch?: boolean
  readonly json?: boolean
  readonly junit?: string
}

/** Runs the tests of job files. Exit code 1 when one fails, 2 when a file has faults or there is no test to run. */
export async function testCommand(
  files: readonly string[],
  options: TestOptions,
  shell: Shell,
): Promise<number> {
  const flags = options.set === undefined ? {} : { set: options.set }
  const names = files.length === 0 ? [undefined] : files
  const loads = names.map((name) => loadOptions(name, flags, shell))
  const read = new Set(loads.map(({ file }) => file))
  if (options.watch === true) return watchJobs([...read], shell)
  const tested: TestedFile[] = []
  let isBroken = false
  for (const load of loads) {
    const result = await testFile(load, options, read)
    if ('faults' in result) {
      isBroken = true
      if (options.json === true) printFaults(load.file, result.faults, [], shell)
      else reportFaults(load.file, result.faults, shell)
    } else {
      tested.push(result)
      if (options.json !== true && result.tests.length > 0) {
        const paint = shell.terminal.outPaint
        shell.terminal.out(renderTestFile(result, { cwd: shell.cwd, paint }))
      }
    }
  }
  await tellWatcher([...read], shell)
  if (options.junit !== undefined) {
    await writeFile(resolve(shell.cwd, options.junit), junitReport(tested, shell.cwd))
  }
  if (isBroken) return exitCodes.badUsage
  const all = tested.flatMap(({ tests }) => tests)
  if (all.length === 0) {
    const shown = loads.map(({ file }) => displayPath(file, shell.cwd))
    throw CLI_NO_TESTS({ files: shown, name: options.name })
  }
  if (options.json === true) shell.terminal.out(`${JSON.stringify(testsJson(tested), null, 2)}\n`)
  else shell.terminal.out(renderTotals(tested, shell.terminal.outPaint))
  return isGreen(tested) ? exitCodes.done : exitCodes.jobFailed
}

async function testFile(
  load: ReturnType<typeof loadOptions>,
  options: TestOptions,
  read: Set<string>,
): Promise<TestedFile | { readonly faults: readonly MillraceError[] }> {
  const { tests, faults } = await listTests(load)
  if (faults.length > 0) return { faults }
  const ran: RanTest[] = []
  for (const [index, { name }] of tests.entries()) {
    if (options.name !== undefined && !name.includes(options.name)) continue
    const result = await runTest({ ...load, test: index, endpoints: 'optional' }, index, read)
    if ('faults' in result) return result
    ran.push(result)
  }
  const updated = options.update === true ? await update(load.file, ran) : 0
  return { file: load.file, tests: ran, updated }
}

async function runTest(
  load: LoadOptions,
  index: number,
  read: Set<string>,
): Promise<RanTest | { readonly faults: readonly MillraceError[] }> {
  const started = performance.now()
  const loaded = await loadSpec(load)
  for (const file of loaded.files) read.add(file)
  try {
    const test = loaded.tests[index]
    if (loaded.spec === undefined || test === undefined) return { faults: loaded.faults }
    const run = await runJobTest(loaded.spec, test)
    const { name, where } = test
    return { name, line: where.line ?? 0, elapsedMs: performance.now() - started, run }
  } finally {
    await loaded.dispose()
  }
}

/** Writes what came where something else was expected. Resolves to the number of expectations. */
async function update(file: string, tests: readonly RanTest[]): Promise<number> {
  // What a job gave before it failed is nothing to expect.
  const sound = tests.filter(({ run }) => run.problems.length === 0)
  const edits = sound.flatMap(({ run }) =>
    run.checked.flatMap(({ expectation, got, isMet }) =>
      isMet ? [] : [{ path: expectation.path, records: got.map(recordOf(expectation)) }],
    ),
  )
  if (edits.length === 0) return 0
  // The file itself, where a link leads to it.
  const path = await realpath(file)
  const text = updateExpectations(await readFile(path, 'utf8'), edits)
  const { mode } = await stat(path)
  // Never half a job file.
  await writeFile(`${path}.new`, text)
  await chmod(`${path}.new`, mode)
  await rename(`${path}.new`, path)
  return edits.length
}

/** Of a dead letter what a test is about. */
function recordOf({ of }: Expectation): (record: unknown) => unknown {
  if (of.name !== 'deadLetter') return (record) => record
  return (letter) => {
    const { stage, record, error } = letter as DeadLetterRecord
    return { stage, record, error: { code: error.code } }
  }
}
