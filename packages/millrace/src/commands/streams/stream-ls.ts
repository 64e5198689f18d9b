import { exitCodes } from '../../exit-codes.ts'
import { displayPath } from '../../report/fault-text.ts'
import { renderStreams } from '../../report/stream-text.ts'
import type { Shell } from '../../shell.ts'
import { dirOf, streamPlugin } from './stream-plugin.ts'
import type { StreamOptions } from './stream-options.ts'

/** Lists the streams of a directory. */
export async function streamLsCommand(options: StreamOptions, shell: Shell): Promise<number> {
  const { terminal } = shell
  const dir = dirOf(options, shell)
  const plugin = await streamPlugin(shell)
  const streams = await plugin.listStreams(dir)
  if (options.json === true) terminal.out(`${JSON.stringify(streams, undefined, 2)}\n`)
  else if (streams.length > 0) terminal.out(renderStreams(streams, terminal.outPaint))
  else terminal.error(`There are no streams in ${displayPath(dir, shell.cwd)}.\n`)
  return exitCodes.done
}
