import { resolve } from 'node:path'
import { exitCodes } from '../exit-codes.ts'
import { byId, choose, type LetterFilter } from '../letters/chosen.ts'
import { demandDeadLetters } from '../letters/kind-of-file.ts'
import { readLetters } from '../letters/read-letters.ts'
import { ReplayLog } from '../letters/replay-log.ts'
import { displayPath } from '../report/fault-text.ts'
import { groupLetters, renderBroken, renderGroups } from '../report/letters-text.ts'
import { plural } from '../report/quantity.ts'
import type { Shell } from '../shell.ts'

/** Options of `millrace dead-letter ls`. */
export interface LettersLsOptions extends LetterFilter {
  readonly json?: boolean
}

/** Shows what a file of dead letters holds, by code and stage. */
export async function deadLetterLsCommand(
  argument: string,
  options: LettersLsOptions,
  shell: Shell,
): Promise<number> {
  const { cwd, terminal } = shell
  const path = resolve(cwd, argument)
  const name = displayPath(path, cwd)
  const { broken, letters } = await readLetters(path)
  demandDeadLetters(name, letters)
  const log = await ReplayLog.of(path)
  const chosen = choose(name, byId(letters), options)
  const groups = groupLetters(
    chosen.map((one) => ({
      letter: one.letter,
      isReplayed: log.replayedAt(one.name) !== undefined,
    })),
  )
  if (options.json === true) {
    const found = { file: path, letters: chosen.length, groups, broken }
    terminal.out(`${JSON.stringify(found, undefined, 2)}\n`)
    return exitCodes.done
  }
  terminal.out(`${plural(chosen.length, 'dead letter')} in ${name}\n`)
  if (groups.length > 0) {
    const width = terminal.outColumns()
    terminal.out(`\n${renderGroups(groups, { paint: terminal.outPaint, width })}`)
  }
  terminal.error(renderBroken(name, broken, terminal.errorPaint))
  return exitCodes.done
}
