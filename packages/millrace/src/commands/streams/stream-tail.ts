import { exitCodes } from '../../exit-codes.ts'
import type { Shell } from '../../shell.ts'
import { catchSignals } from '../../signals.ts'
import { countOf, dirOf, placeOf, withStream } from './stream-plugin.ts'
import type { TailOptions } from './stream-options.ts'

const lastShown = 10

/** Prints messages of a stream, one a line. */
export async function streamTailCommand(
  name: string,
  options: TailOptions,
  shell: Shell,
): Promise<number> {
  const { follow = false } = options
  const from = options.from === undefined ? undefined : placeOf(options.from)
  const isOpen = follow || from !== undefined
  const limit = countOf('--limit', options.limit, isOpen ? Infinity : lastShown)
  const place = { dir: dirOf(options, shell), create: false }
  return withStream(name, place, shell, async (stream) => {
    const stop = new AbortController()
    const end = (): void => stop.abort()
    const release = catchSignals({ first: end, armed: () => undefined, second: end })
    try {
      // The last ones: offsets may have gaps where messages were deleted, never more messages than offsets.
      const last = options.limit !== undefined && from === undefined ? limit : lastShown
      const start = from ?? Math.max(0, (await stream.state()).next - last)
      let count = 0
      for await (const message of stream.messages({ from: start, follow, signal: stop.signal })) {
        if (stop.signal.aborted) break
        const shown = options.json === true ? message : message.value
        shell.terminal.out(`${JSON.stringify(shown)}\n`)
        if (++count >= limit && !(follow && from === undefined)) break
      }
    } finally {
      release()
    }
    return exitCodes.done
  })
}
