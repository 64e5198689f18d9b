import type { RanTest, TestedFile } from './tested-file.ts'
import { plain } from '../paint.ts'
import { displayPath } from './fault-text.ts'
import { renderTestFile } from './test-text.ts'

/** The results in the form that build servers read: one suite a file, one case a test. Times are in seconds. */
export function junitReport(files: readonly TestedFile[], cwd: string): string {
  const suites = files.map((tested) => {
    const { file, tests } = tested
    const name = displayPath(file, cwd)
    const failures = tests.filter(({ run }) => !run.passed).length
    const cases = tests.map((test) => testCase(test, tested, name, cwd))
    return `  <testsuite ${attributes({ name, tests: tests.length, failures, errors: 0, time: seconds(tests) })}>
${cases.join('')}  </testsuite>
`
  })
  const all = files.flatMap(({ tests }) => tests)
  const failures = all.filter(({ run }) => !run.passed).length
  const totals = attributes({ tests: all.length, failures, errors: 0, time: seconds(all) })
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites ${totals}>
${suites.join('')}</testsuites>
`
}

function testCase(test: RanTest, tested: TestedFile, classname: string, cwd: string): string {
  const head = attributes({ name: test.name, classname, line: test.line, time: seconds([test]) })
  if (test.run.passed) return `    <testcase ${head}/>\n`
  const text = renderTestFile({ ...tested, tests: [test], updated: 0 }, { cwd, paint: plain })
  const message = attributes({ message: test.run.problems[0]?.message ?? 'Other records came.' })
  return `    <testcase ${head}>
      <failure ${message}>${escaped(text)}</failure>
    </testcase>
`
}

const seconds = (tests: readonly RanTest[]): string =>
  (tests.reduce((sum, { elapsedMs }) => sum + elapsedMs, 0) / 1000).toFixed(3)

function attributes(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}="${escaped(String(value))}"`)
    .join(' ')
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
}

/** Signs that XML cannot hold are shown as the replacement character. */
function escaped(text: string): string {
  return text
    .replaceAll(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD')
    .replaceAll(/[&<>"]/g, (sign) => entities[sign] ?? sign)
}
