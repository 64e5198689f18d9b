import { spawnSync } from 'node:child_process'
import { sourceOf } from './module-hooks.ts'

/**
 * First syntax error that the JavaScript engine finds in a file; undefined where it finds none. An import that fails does not tell
 * the line, a second Node that only checks does.
 */
export function engineFault(
  url: string,
): { readonly line: number; readonly message: string } | undefined {
  const { stderr } = spawnSync(process.execPath, ['--check', '--input-type=module', '-'], {
    input: sourceOf(url),
    encoding: 'utf8',
    // Options of this process, such as a debugger's, are not for the check.
    env: { ...process.env, NODE_OPTIONS: '' },
  })
  const line = /^\[stdin\]:(\d+)$/m.exec(stderr)?.[1]
  const message = /^SyntaxError: (.*)$/m.exec(stderr)?.[1]
  return line === undefined || message === undefined ? undefined : { line: Number(line), message }
}
