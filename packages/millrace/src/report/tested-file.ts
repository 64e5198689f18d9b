import type { JobTestRun } from '@millrace/testkit'

/** One test that ran. */
export interface RanTest {
  readonly name: string
  readonly line: number
  readonly elapsedMs: number
  readonly run: JobTestRun
}

/** The tests of one job file. */
export interface TestedFile {
  readonly file: string
  readonly tests: readonly RanTest[]
  /** Expectations that now say what came. */
  readonly updated: number
}

/** Whether all tests passed, or now expect what came. */
export const isGreen = (files: readonly TestedFile[]): boolean =>
  files.every((file) => file.tests.every((test) => test.run.passed || isUpdated(test, file)))

/** Whether a test failed in nothing but expectations that now say what came. */
export function isUpdated({ run }: RanTest, { updated }: TestedFile): boolean {
  return updated > 0 && !run.passed && run.problems.length === 0
}
