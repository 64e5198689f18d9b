import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { messageOf } from '@millrace/base'
import { CLI_STREAM_VALUE } from '../../errors.ts'
import { exitCodes } from '../../exit-codes.ts'
import { renderAny } from '../../report/fault-text.ts'
import { plural } from '../../report/quantity.ts'
import { type Shell, wantsStack } from '../../shell.ts'
import { dirOf, withStream } from './stream-plugin.ts'
import type { AppendOptions } from './stream-options.ts'

/** How many appends may wait for the disk at the same time. */
const pendingMax = 1000

/** Appends a value, or each line of standard input. */
export async function streamAppendCommand(
  name: string,
  value: string | undefined,
  options: AppendOptions,
  shell: Shell,
  input: () => Readable = () => process.stdin,
): Promise<number> {
  const { terminal } = shell
  const isText = options.text === true
  // A value that is no JSON is found before anything is opened.
  const given = value === undefined ? undefined : [valueOf(value, isText, 'The value')]
  const place = { dir: dirOf(options, shell) }
  return withStream(name, place, shell, async (stream) => {
    const source = given ?? (options.end === true && isTerminal() ? [] : linesOf(input(), isText))
    const before = (await stream.state()).next
    let count = 0
    let failure: unknown
    try {
      let pending: Promise<number>[] = []
      for await (const one of source) {
        pending.push(stream.append(one))
        count++
        if (pending.length < pendingMax) continue
        await Promise.all(pending)
        pending = []
      }
      await Promise.all(pending)
      if (options.end === true) await stream.end()
    } catch (error) {
      failure = error
      await stream.sync().catch(() => undefined)
      count = (await stream.state()).next - before
    }
    if (options.json === true)
      terminal.out(`${JSON.stringify({ stream: name, appended: count })}\n`)
    else if (failure !== undefined || value === undefined) {
      terminal.error(`${plural(count, 'message')} appended to ${name}\n`)
    }
    if (failure === undefined) return exitCodes.done
    const paint = terminal.errorPaint
    terminal.error(renderAny(failure, { cwd: shell.cwd, paint }, wantsStack(shell)))
    return exitCodes.jobFailed
  })
}

const isTerminal = (): boolean => process.stdin.isTTY

async function* linesOf(input: Readable, isText: boolean): AsyncGenerator {
  let line = 0
  for await (const text of createInterface({ input, crlfDelay: Infinity })) {
    line++
    if (isText || text.trim() !== '') yield valueOf(text, isText, `Line ${line}`)
  }
}

function valueOf(text: string, isText: boolean, place: string): unknown {
  if (isText) return text
  try {
    return JSON.parse(text)
  } catch (error) {
    throw CLI_STREAM_VALUE({ place, reason: messageOf(error) }, undefined, error)
  }
}
