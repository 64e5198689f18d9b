import { resolve } from 'node:path'
import { nodeRuntime, replaySpec, skipSpec } from '@millrace/job'
import { exitCodes } from '../exit-codes.ts'
import {
  jobOf,
  type ParkedOptions,
  type ParkedRecords,
  readParked,
  takeOut,
} from '../letters/parked-records.ts'
import { whileLocked } from '../letters/while-locked.ts'
import { displayPath } from '../report/fault-text.ts'
import { renderBroken } from '../report/letters-text.ts'
import { groupParked, renderParked } from '../report/parked-text.ts'
import { plural } from '../report/quantity.ts'
import type { Shell } from '../shell.ts'
import { feedLetters, type FeedOptions } from './feed-letters.ts'

/** Options of `millrace parked ls`. */
export interface ParkedLsOptions extends ParkedOptions {
  readonly json?: boolean
}

/** Options of `millrace parked release`. */
export interface ReleaseOptions extends FeedOptions, ParkedOptions {}

/** Options of `millrace parked skip`. */
export interface SkipOptions extends ReleaseOptions {
  /** Also those that were never tried. */
  readonly all?: boolean
}

/** Shows what is parked, by stage and key. */
export async function parkedLsCommand(
  argument: string,
  options: ParkedLsOptions,
  shell: Shell,
): Promise<number> {
  const { cwd, terminal } = shell
  const path = resolve(cwd, argument)
  const name = displayPath(path, cwd)
  const { broken, chosen } = await readParked(path, name, options)
  const groups = groupParked(chosen.map(({ letter }) => letter))
  if (options.json === true) {
    const found = { file: path, records: chosen.length, groups, broken }
    terminal.out(`${JSON.stringify(found, undefined, 2)}\n`)
    return exitCodes.done
  }
  terminal.out(`${plural(chosen.length, 'parked record')} in ${name}\n`)
  if (groups.length > 0) {
    const width = terminal.outColumns()
    terminal.out(`\n${renderParked(groups, { paint: terminal.outPaint, width })}`)
  }
  terminal.error(renderBroken(name, broken, terminal.errorPaint))
  return exitCodes.done
}

/** Feeds parked records back into the job, in their order, and takes them out of the file. */
export async function parkedReleaseCommand(
  argument: string,
  job: string | undefined,
  options: ReleaseOptions,
  shell: Shell,
): Promise<number> {
  return feed({ argument, job, options, shell }, async (path, name) => {
    const parked = await readParked(path, name, options)
    return { ...parked, verb: 'released', build: replaySpec }
  })
}

/** Gives parked records up: those that failed become dead letters; those that wait behind them stay, to be released. */
export async function parkedSkipCommand(
  argument: string,
  job: string | undefined,
  options: SkipOptions,
  shell: Shell,
): Promise<number> {
  return feed({ argument, job, options, shell }, async (path, name) => {
    const parked = await readParked(path, name, options)
    const chosen = parked.chosen.filter(
      ({ letter }) => options.all === true || letter.error !== null,
    )
    const now = nodeRuntime.now()
    return {
      ...parked,
      chosen,
      verb: 'skipped',
      build: (spec, letters, onFed) => skipSpec(spec, letters, { now, onFed }),
    }
  })
}

type Parts = Omit<Parameters<typeof feedLetters>[2], 'path' | 'onDone'> &
  Pick<ParkedRecords, 'broken' | 'done'>

async function feed(
  given: {
    readonly argument: string
    readonly job: string | undefined
    readonly options: FeedOptions
    readonly shell: Shell
  },
  read: (path: string, name: string) => Promise<Parts>,
): Promise<number> {
  const { options, shell } = given
  const { cwd, terminal } = shell
  const path = resolve(cwd, given.argument)
  const name = displayPath(path, cwd)
  return whileLocked(path, options.dryRun === true, async () => {
    const { broken, done, ...parts } = await read(path, name)
    if (done.size > 0 && options.dryRun !== true) await takeOut(path, done)
    terminal.error(renderBroken(name, broken, terminal.errorPaint))
    const job = given.job ?? (options.config === undefined ? jobOf(path) : undefined)
    const onDone = (names: ReadonlySet<string>): Promise<void> => takeOut(path, names)
    return feedLetters(job, options, { ...parts, path, onDone }, shell)
  })
}
