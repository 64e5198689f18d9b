import { renderWhere } from '@millrace/base'
import type { Checked, MatchLine } from '@millrace/testkit'
import { isGreen, isUpdated, type RanTest, type TestedFile } from './tested-file.ts'
import type { Paint } from '../paint.ts'
import { displayPath } from './fault-text.ts'
import { formatElapsed, plural } from './quantity.ts'

interface Options {
  readonly cwd: string
  readonly paint: Paint
}

/** Records of one expectation that are shown. */
const linesMax = 20
/** Records that are as expected, shown before and behind one that is not. */
const around = 1

/** The tests of a file, and of those that failed what is different. */
export function renderTestFile(tested: TestedFile, options: Options): string {
  const { file, tests, updated } = tested
  const blocks = tests.map((test) => renderTest(test, tested, options))
  const name = displayPath(file, options.cwd)
  const note =
    updated === 0 ? '' : options.paint('yellow', ` ${plural(updated, 'expectation')} updated`)
  return `${options.paint('bold', name)}${note}\n${blocks.join('')}`
}

function renderTest(test: RanTest, file: TestedFile, options: Options): string {
  const { name, elapsedMs, run } = test
  const { cwd, paint } = options
  const time = paint('dim', formatElapsed(elapsedMs))
  if (run.passed) return `  ${paint('green', '✓')} ${name} ${time}\n`
  const at = (where: Parameters<typeof renderWhere>[0]): string =>
    renderWhere({ ...where, file: where.file && displayPath(where.file, cwd) })
  const problems = run.problems.map(
    ({ message, hint, where }) =>
      `\n    ${message}\n    at   ${at(where)}\n    ${paint('cyan', 'next')} ${hint}\n`,
  )
  const failed = run.checked.filter(({ isMet }) => !isMet)
  const differences = failed.map(({ expectation, lines }) => {
    const head = `${expectation.of.name}: ${counted(lines)}`
    return `\n    ${head}\n    at   ${at(expectation.where)}\n${renderLines(lines, paint)}`
  })
  const next =
    failed.length > 0 && !isUpdated(test, file)
      ? `    ${paint('cyan', 'next')} Mend the job, or take what came: millrace test --update\n`
      : ''
  const sign = isUpdated(test, file) ? paint('yellow', '↻') : paint('red', '✗')
  return `  ${sign} ${name} ${time}\n${problems.join('')}${differences.join('')}${next}\n`
}

function counted(lines: readonly MatchLine[]): string {
  const count = (kind: MatchLine['kind']): number =>
    lines.filter((line) => line.kind === kind).length
  const parts = [
    `${count('same')} as expected`,
    ...(count('missing') > 0 ? [`${count('missing')} missing`] : []),
    ...(count('unexpected') > 0 ? [`${count('unexpected')} not expected`] : []),
  ]
  return parts.join(', ')
}

/** What is missing with `-`, what nobody expected with `+`, and the records around them. */
function renderLines(lines: readonly MatchLine[], paint: Paint): string {
  const isNear = lines.map((_, index) =>
    lines
      .slice(Math.max(0, index - around), index + around + 1)
      .some(({ kind }) => kind !== 'same'),
  )
  const shown = lines.flatMap((line, index): string[] => {
    if (isNear[index] !== true) return isNear[index - 1] === true ? [paint('dim', '      …')] : []
    const text = JSON.stringify(line.record)
    if (line.kind === 'same') return [`      ${paint('dim', `  ${text}`)}`]
    if (line.kind === 'missing') return [`      ${paint('red', `- ${text}`)}`]
    const before = lines[index - 1]
    const changes = before?.kind === 'missing' ? changedFields(before.record, line.record) : []
    return [
      `      ${paint('green', `+ ${text}`)}`,
      ...changes.map((change) => `          ${paint('yellow', change)}`),
    ]
  })
  const rest = shown.length - linesMax
  const all = rest > 1 ? [...shown.slice(0, linesMax), `      … and ${rest} lines more`] : shown
  return `${all.join('\n')}\n`
}

/** Which fields make two records differ; none where hardly any is the same. */
function changedFields(expected: unknown, got: unknown): readonly string[] {
  if (!isPlain(expected) || !isPlain(got)) return []
  const names = Object.keys(expected)
  const changed = names.filter(
    (name) => JSON.stringify(expected[name]) !== JSON.stringify(got[name]),
  )
  if (changed.length === names.length && names.length > 1) return []
  return changed.map((name) => {
    const came = Object.hasOwn(got, name) ? JSON.stringify(got[name]) : 'nothing'
    return `${name}: expected ${JSON.stringify(expected[name])}, got ${came}`
  })
}

const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** How many tests ran and how they went. */
export function renderTotals(files: readonly TestedFile[], paint: Paint): string {
  const all = files.flatMap((file) => file.tests.map((test) => ({ test, file })))
  const passed = all.filter(({ test }) => test.run.passed).length
  const updated = all.filter(({ test, file }) => isUpdated(test, file)).length
  const failed = all.length - passed - updated
  const elapsed = all.reduce((sum, { test }) => sum + test.elapsedMs, 0)
  const parts = [
    plural(all.length, 'test'),
    paint('green', `${passed} passed`),
    ...(failed > 0 ? [paint('red', `${failed} failed`)] : []),
    ...(updated > 0 ? [paint('yellow', `${updated} updated`)] : []),
  ]
  return `${parts.join(', ')} in ${formatElapsed(elapsed)}\n`
}

/** The same for programs. */
export function testsJson(files: readonly TestedFile[]): object {
  return {
    passed: isGreen(files),
    files: files.map(({ file, tests, updated }) => ({
      file,
      updated,
      tests: tests.map(({ name, line, elapsedMs, run }) => ({
        name,
        line,
        passed: run.passed,
        elapsedMs: Math.round(elapsedMs),
        problems: run.problems,
        failures: run.checked.flatMap(({ expectation, got, lines, isMet }: Checked) =>
          isMet ? [] : [{ of: expectation.of.name, where: expectation.where, got, lines }],
        ),
      })),
    })),
  }
}
