import type { Summary } from '@millrace/engine'
import { nodeRuntime } from '@millrace/engine/host'
import { Job } from '@millrace/job/job'
import { type JobPlan, type LoadedJob, loadSpec } from '@millrace/loader'
import type { AdminServer } from '@millrace/server'
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
import { runToEnd } from './run-to-end.ts'

/** Options of `millrace run`. */
export interface RunOptions extends JobFileOptions, VoiceOptions {
  readonly drain?: boolean
  readonly failOnDeadLetter?: boolean
  readonly logFormat?: LogFormat
  readonly admin?: string
}

/** Runs a job to its end, or until a signal stops it. Resolves to the exit code. */
export async function runCommand(
  argument: string | undefined,
  options: RunOptions,
  shell: Shell,
): Promise<number> {
  const load = loadOptions(argument, options, shell)
  const loaded = await loadSpec(load)
  const { spec, plan } = loaded
  if (spec === undefined || plan === undefined) {
    await loaded.dispose()
    tellFaults(loaded, load.file, options, shell)
    return exitCodes.badUsage
  }
  const voice = await voiceOf(plan, options, shell)
  voice.warn(loaded.warnings)
  const admin = await adminFor(plan, options, voice).catch(async (error: unknown) => {
    await loaded.dispose()
    throw error
  })
  const job = new Job({
    spec,
    runtime: nodeRuntime,
    logger: voice.logger,
    plan,
    values: loaded.values,
    warnings: loaded.warnings,
    dispose: () => loaded.dispose(),
  })
  const reads = sourceNames(plan).map((name) => displayPath(name, shell.cwd))
  const drain = options.drain === true
  const started = (): void => admin?.attach(job)
  const summary = await runToEnd(job, { ...voice, reads, drain, started }).finally(() =>
    admin?.close(),
  )
  await voice.end(summary)
  return exitCodeOf(summary, options)
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
  if (summary.state === 'failed') return exitCodes.jobFailed
  const deadLettersFail = options.failOnDeadLetter === true && summary.deadLetters > 0
  return deadLettersFail ? exitCodes.jobFailed : exitCodes.done
}
