import { isMillraceError } from '@millrace/base'
import type { Summary } from '@millrace/engine'
import { nodeRuntime } from '@millrace/engine/host'
import type { JobFaults, JobState } from '@millrace/job'
import { Job } from '@millrace/job/job'
import { threadsFor } from '@millrace/job/threads'
import { type JobPlan, type LoadedJob, type LoadOptions, loadSpec } from '@millrace/loader'
import type { AdminServer } from '@millrace/server'
import { CLI_NO_STATE } from '../errors.ts'
import { exitCodes } from '../exit-codes.ts'
import { loadOptions, type JobFileOptions } from '../job-file.ts'
import { logErrors, printFaults, reportFaults } from '../report/fault-report.ts'
import { displayPath } from '../report/fault-text.ts'
import type { LogFormat } from '../report/log.ts'
import { sourceNames } from '../report/plan-files.ts'
import { isBrokenPipe, type RunVoice, type VoiceOptions } from '../report/run-voice.ts'
import { textVoice } from '../report/text-voice.ts'
import type { Shell } from '../shell.ts'
import { version } from '../version.ts'
import type { BeginOptions } from './begin-state.ts'
import { runToEnd } from './run-to-end.ts'

/** Options of `millrace run`. */
export interface RunOptions extends JobFileOptions, VoiceOptions, BeginOptions {
  readonly drain?: boolean
  readonly failOnDeadLetter?: boolean
  readonly logFormat?: LogFormat
  readonly admin?: string
}

/** How a run ended. */
export interface RunOutcome {
  readonly code: number
  /** Absent: nothing has run. */
  readonly summary?: Summary
}

/** Runs a job to its end, or until a signal stops it. Resolves to the exit code. */
export async function runCommand(
  argument: string | undefined,
  options: RunOptions,
  shell: Shell,
): Promise<number> {
  return (await runFile(loadOptions(argument, options, shell), options, shell)).code
}

/** Runs the job that `load` says. */
export async function runFile(
  load: LoadOptions,
  options: RunOptions,
  shell: Shell,
): Promise<RunOutcome> {
  const loaded = await loadSpec(load)
  const { spec, plan } = loaded
  if (spec === undefined || plan === undefined) {
    await loaded.dispose()
    tellFaults(loaded, load.file, options, shell)
    return { code: exitCodes.badUsage }
  }
  const voice = await voiceOf(plan, options, shell)
  voice.warn(loaded.warnings)
  const begun = await begin(loaded, load, { voice, options, shell })
  if (typeof begun === 'number') return { code: begun }
  const { admin, state } = begun
  const job = new Job({
    spec,
    runtime: nodeRuntime,
    logger: voice.logger,
    plan,
    values: loaded.values,
    warnings: loaded.warnings,
    openState: state && (() => Promise.resolve(state)),
    control: true,
    threads: await threadsFor(loaded, load),
    dispose: () => loaded.dispose(),
  })
  const reads = sourceNames(plan).map((name) => displayPath(name, shell.cwd))
  const drain = options.drain === true
  const started = (): void => admin?.attach(job)
  const summary = await runToEnd(job, { ...voice, reads, drain, started }).finally(() => {
    admin?.close()
  })
  await voice.end(summary)
  return { code: exitCodeOf(summary, options), summary }
}

interface Begun {
  readonly admin: AdminServer | undefined
  /** Absent: the job takes no checkpoints. */
  readonly state: JobState | undefined
}

/** Opens what a run needs beside its job; an exit code where there is nothing to run. */
async function begin(
  loaded: LoadedJob,
  load: LoadOptions,
  { options, shell, voice }: { options: RunOptions; shell: Shell; voice: RunVoice },
): Promise<Begun | number> {
  const { plan } = loaded
  let state: JobState | undefined
  try {
    if (plan?.checkpoint !== undefined) {
      const { endFinished, noteStart, openState, sayBegin } = await import('./begin-state.ts')
      state = await openState(loaded, load.file, options)
      if (state?.isFinished === true) {
        await endFinished(plan.name, state, options, voice)
        await state.close()
        await loaded.dispose()
        return exitCodes.done
      }
      if (state !== undefined) {
        sayBegin(state, options, voice, shell)
        await noteStart(state.settings.dir, load)
      }
    } else if (options.from !== undefined) throw CLI_NO_STATE({ option: '--from' })
    return { state, admin: plan && (await adminFor(plan, options, voice)) }
  } catch (error) {
    await state?.close()
    await loaded.dispose()
    if (!isFaults(error)) throw error
    tellFaults({ faults: error.faults, warnings: [] }, load.file, options, shell)
    return exitCodes.badUsage
  }
}

/** Why a job cannot go on from its state, all at once; the class would load what a job without state does not need. */
function isFaults(error: unknown): error is JobFaults {
  return isMillraceError(error, 'JOB_INVALID') && 'faults' in error
}

/** Says why a job cannot be loaded: as JSON on stdout, as lines of a log, or for people. */
function tellFaults(
  { faults, warnings }: Pick<LoadedJob, 'faults' | 'warnings'>,
  file: string,
  options: RunOptions,
  shell: Shell,
): void {
  if (options.json === true) printFaults(file, faults, warnings, shell)
  else if (options.logFormat === 'json') logErrors(faults, shell)
  else reportFaults(file, faults, shell)
}

/** How the run speaks; the code for what was not asked for is not loaded. */
async function voiceOf(plan: JobPlan, options: RunOptions, shell: Shell): Promise<RunVoice> {
  if (options.logFormat !== 'json') return textVoice(plan, options, shell)
  const { jsonVoice } = await import('../report/json-voice.ts')
  return jsonVoice(plan, options, shell)
}

/** Listens where `--admin` says, before anything of the job has started. */
async function adminFor(
  plan: JobPlan,
  { admin: address }: RunOptions,
  voice: RunVoice,
): Promise<AdminServer | undefined> {
  if (address === undefined) return undefined
  const { startAdminServer } = await import('@millrace/server')
  const admin = await startAdminServer({ address, name: plan.name, version: version() })
  voice.say(`health and metrics at ${admin.url}`)
  if (admin.isPublic) {
    voice.logger.warn(`Whoever reaches ${admin.url} from outside can read the figures of the job.`)
  }
  return admin
}

function exitCodeOf(summary: Summary, options: RunOptions): number {
  if (isBrokenPipe(summary)) return exitCodes.done
  if (summary.state === 'failed') {
    // A stage refuses the state that is there: nobody need try again before it is mended.
    const isRefused = summary.error?.code.startsWith('ENG_STATE_') === true
    return isRefused ? exitCodes.badUsage : exitCodes.jobFailed
  }
  const deadLettersFail = options.failOnDeadLetter === true && summary.deadLetters > 0
  return deadLettersFail ? exitCodes.jobFailed : exitCodes.done
}
