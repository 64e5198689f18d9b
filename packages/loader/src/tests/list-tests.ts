import { dirname, resolve } from 'node:path'
import type { MillraceError } from '@millrace/base'
import { readRoot } from '../document/read-root.ts'
import { LoadContext } from '../load-context.ts'
import type { LoadOptions } from '../load-spec.ts'
import type { TestHead } from './job-test.ts'
import { nameOf, testNodes } from './test-nodes.ts'

/** The tests of a job file by name, and what keeps it from being read at all. */
export async function listTests(
  options: Pick<LoadOptions, 'file' | 'text' | 'cwd'>,
): Promise<{ readonly tests: readonly TestHead[]; readonly faults: readonly MillraceError[] }> {
  const cwd = options.cwd ?? process.cwd()
  const file = resolve(cwd, options.file)
  const context = new LoadContext({ env: {}, folder: dirname(file), cwd })
  const root = await readRoot(file, options.text, context)
  if (root === undefined || context.faults.length > 0) return { tests: [], faults: context.faults }
  const tests = testNodes(root, context.faults).map((node, index) => {
    return { name: nameOf(node, index), where: node.where }
  })
  return { tests, faults: context.faults }
}
