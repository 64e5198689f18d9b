import { resolve } from 'node:path'
import { replaySpec } from '@millrace/job'
import { byId, choose, type LetterFilter } from '../letters/chosen.ts'
import { demandDeadLetters } from '../letters/kind-of-file.ts'
import { readLetters } from '../letters/read-letters.ts'
import { ReplayLog } from '../letters/replay-log.ts'
import { whileLocked } from '../letters/while-locked.ts'
import { displayPath } from '../report/fault-text.ts'
import { renderBroken } from '../report/letters-text.ts'
import type { Shell } from '../shell.ts'
import { feedLetters, type FeedOptions } from './feed-letters.ts'

/** Options of `millrace dead-letter replay`. */
export interface ReplayOptions extends FeedOptions, LetterFilter {}

/** Feeds the dead letters of a file back into the job where they failed, each once. */
export async function deadLetterReplayCommand(
  argument: string,
  job: string | undefined,
  options: ReplayOptions,
  shell: Shell,
): Promise<number> {
  const { cwd, terminal } = shell
  const path = resolve(cwd, argument)
  const name = displayPath(path, cwd)
  return whileLocked(path, options.dryRun === true, async () => {
    const { broken, letters } = await readLetters(path)
    demandDeadLetters(name, letters)
    terminal.error(renderBroken(name, broken, terminal.errorPaint))
    const log = await ReplayLog.of(path)
    const chosen = choose(name, byId(letters), options)
    const feeding = { path, log, chosen, verb: 'replayed', build: replaySpec } as const
    return feedLetters(job, options, feeding, shell)
  })
}
