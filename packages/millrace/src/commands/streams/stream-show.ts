import { CLI_STREAM_OPTION } from '../../errors.ts'
import { exitCodes } from '../../exit-codes.ts'
import { renderSeen, renderStream } from '../../report/stream-text.ts'
import type { Shell } from '../../shell.ts'
import { countOf, dirOf, type SeenMessage, withStream } from './stream-plugin.ts'
import type { ShowOptions } from './stream-options.ts'

const states = ['waiting', 'leased', 'done', 'dead']

/** Shows a stream, its groups, and what became of messages for one of them. */
export async function streamShowCommand(
  name: string,
  options: ShowOptions,
  shell: Shell,
): Promise<number> {
  const { terminal } = shell
  const { group, state: text } = options
  if (text !== undefined && (group === undefined || !states.includes(text))) {
    const expected = `--group, and one of ${states.join(', ')}`
    throw CLI_STREAM_OPTION({ option: '--state', text, expected })
  }
  const limit = countOf('--limit', options.limit, 20)
  const place = { dir: dirOf(options, shell), create: false }
  const found = await withStream(name, place, shell, async (stream) => {
    const state = await stream.state()
    if (group === undefined) return { state }
    const messages: SeenMessage[] = []
    let from = state.first
    while (messages.length < limit && from < state.next) {
      const seen = await stream.inspect(group, { from, limit: 1000 })
      messages.push(...seen.filter((one) => text === undefined || one.state === text))
      from = (seen.at(-1)?.offset ?? state.next) + 1
    }
    return { state, messages: messages.slice(0, limit) }
  })
  const { messages, state } = found
  if (options.json === true) {
    const shown = messages === undefined ? state : { ...state, messages }
    terminal.out(`${JSON.stringify(shown, undefined, 2)}\n`)
    return exitCodes.done
  }
  terminal.out(renderStream(state, terminal.outPaint))
  if (messages !== undefined) {
    const width = terminal.outColumns()
    terminal.out(`\n${renderSeen(messages, { paint: terminal.outPaint, width })}`)
  }
  return exitCodes.done
}
