import { invariant, type Runtime } from '@millrace/base'

import { ACT_PHASE_TIMEOUT, ACT_PHASES } from './errors.ts'
import type { ActorSystem } from './system.ts'

/** A step of a shutdown. */
export interface PhaseSpec {
  /** `actors` is taken: the last phase, which stops the system. */
  readonly id: string
  /** Phases that come before this one; phases that do not depend on each other keep the order of the list. */
  readonly after?: readonly string[]
  /** How long each task may take that does not say so itself; ms, default 5,000. */
  readonly timeoutMs?: number
}

/** Something to do in a phase. */
export interface PhaseTask {
  /** Unique in its phase. */
  readonly id: string
  /** How long it may take; ms, `Infinity` waits. Default: that of the phase. */
  readonly timeoutMs?: number
  /** `signal` aborts at the deadline; what comes after that is ignored. */
  run(signal: AbortSignal): void | Promise<void>
}

/** What became of one task. `cause` is what it threw, or ACT_PHASE_TIMEOUT; undefined when it is done. */
export interface TaskReport {
  readonly id: string
  readonly outcome: 'done' | 'failed' | 'timedOut'
  readonly cause: unknown
  readonly durationMs: number
}

/** What became of a shutdown. */
export interface PhasesReport {
  readonly reason: string | undefined
  /** True if every task is done. */
  readonly isClean: boolean
  /** In the order in which they ran. */
  readonly phases: readonly {
    readonly id: string
    readonly durationMs: number
    readonly tasks: readonly TaskReport[]
  }[]
}

/** The ordered end of a system. */
export interface Phases {
  /** The ids of the phases as they run, one after the other; the last is `actors`. */
  readonly order: readonly string[]
  /** Adds a task to a phase that has not begun. Throws ACT_PHASES. */
  add(phase: string, task: PhaseTask): void
  /**
   * Runs the phases once, the tasks of one phase at the same time. A task that fails or is late is reported and does not
   * hold the next phase up. Never rejects; every call gives the report of the first.
   */
  run(reason?: string): Promise<PhasesReport>
}

/**
 * Makes the phases of a system's shutdown; nothing runs before `run`. `actorsTimeoutMs` (default 30,000) is the deadline of
 * the last phase. Throws ACT_PHASES for ids used twice, unknown ids and circles.
 */
export function createPhases(
  system: ActorSystem,
  options: { readonly phases: readonly PhaseSpec[]; readonly actorsTimeoutMs?: number },
): Phases {
  return new PhaseRun(system, options.phases, options.actorsTimeoutMs ?? 30_000)
}

interface Phase {
  readonly id: string
  readonly timeoutMs: number
  readonly tasks: PhaseTask[]
  hasBegun: boolean
}

const last = 'actors'

class PhaseRun implements Phases {
  readonly order: readonly string[]
  readonly #runtime: Runtime
  readonly #phases: readonly Phase[]
  #report: Promise<PhasesReport> | undefined

  constructor(system: ActorSystem, specs: readonly PhaseSpec[], actorsTimeoutMs: number) {
    this.#runtime = system.runtime
    this.#phases = [
      ...sorted(specs).map(({ id, timeoutMs = 5000 }) => toPhase(id, timeoutMs, [])),
      toPhase(last, actorsTimeoutMs, [{ id: 'stop', run: () => system.stop() }]),
    ]
    this.order = this.#phases.map((phase) => phase.id)
  }

  add(phaseId: string, task: PhaseTask): void {
    const phase = this.#phases.find(({ id }) => id === phaseId)
    if (phase === undefined || phaseId === last) {
      const known = this.order.slice(0, -1).join(', ')
      throw ACT_PHASES({ fault: `tasks go to one of ${known}; got "${phaseId}"` })
    }
    if (phase.hasBegun) {
      throw ACT_PHASES({ fault: `phase ${phaseId} has begun; task ${task.id} is too late` })
    }
    if (phase.tasks.some(({ id }) => id === task.id)) {
      throw ACT_PHASES({ fault: `phase ${phaseId} has a task ${task.id} already` })
    }
    checkTimeout(`task ${task.id}`, task.timeoutMs ?? phase.timeoutMs)
    phase.tasks.push(task)
  }

  run(reason?: string): Promise<PhasesReport> {
    this.#report ??= this.#runAll(reason)
    return this.#report
  }

  async #runAll(reason: string | undefined): Promise<PhasesReport> {
    const phases: PhasesReport['phases'][number][] = []
    for (const phase of this.#phases) {
      const beganMs = this.#runtime.monotonic()
      phase.hasBegun = true
      const tasks = await Promise.all(phase.tasks.map((task) => this.#runTask(phase, task)))
      phases.push({ id: phase.id, durationMs: this.#runtime.monotonic() - beganMs, tasks })
    }
    const isClean = phases.every(({ tasks }) => tasks.every(({ outcome }) => outcome === 'done'))
    return { reason, isClean, phases }
  }

  #runTask(phase: Phase, task: PhaseTask): Promise<TaskReport> {
    const runtime = this.#runtime
    const timeoutMs = task.timeoutMs ?? phase.timeoutMs
    const beganMs = runtime.monotonic()
    const abort = new AbortController()
    return new Promise((resolve) => {
      const end = (outcome: TaskReport['outcome'], cause?: unknown): void => {
        disarm?.()
        resolve({ id: task.id, outcome, cause, durationMs: runtime.monotonic() - beganMs })
      }
      const disarm = Number.isFinite(timeoutMs)
        ? runtime.timer(timeoutMs, () => {
            const error = ACT_PHASE_TIMEOUT({ phase: phase.id, task: task.id, timeoutMs })
            end('timedOut', error)
            abort.abort(error)
          })
        : undefined
      const run = async (): Promise<void> => {
        try {
          await task.run(abort.signal)
          end('done')
        } catch (error) {
          end('failed', error)
        }
      }
      void run()
    })
  }
}

function toPhase(id: string, timeoutMs: number, tasks: PhaseTask[]): Phase {
  checkTimeout(`phase ${id}`, timeoutMs)
  return { id, timeoutMs, tasks, hasBegun: false }
}

function checkTimeout(what: string, timeoutMs: number): void {
  if (!(timeoutMs > 0)) {
    throw ACT_PHASES({ fault: `timeoutMs of ${what} must be above 0; got ${timeoutMs}` })
  }
}

/** Each phase after those it names; otherwise as listed. */
function sorted(specs: readonly PhaseSpec[]): PhaseSpec[] {
  const ids = new Set<string>([last])
  for (const { id } of specs) {
    if (ids.has(id)) throw ACT_PHASES({ fault: `there are two phases "${id}"` })
    ids.add(id)
  }
  const order: PhaseSpec[] = []
  const done = new Set<string>()
  const waiting = [...specs]
  while (waiting.length > 0) {
    const next = waiting.findIndex(({ after = [] }) => after.every((id) => done.has(id)))
    if (next < 0) throw ACT_PHASES({ fault: whatBlocks(waiting, done) })
    const [spec] = waiting.splice(next, 1)
    invariant(spec !== undefined, 'the phase that comes next is there')
    order.push(spec)
    done.add(spec.id)
  }
  return order
}

/** Why none of these phases can come next: a name of no phase, or a circle. */
function whatBlocks(waiting: readonly PhaseSpec[], done: ReadonlySet<string>): string {
  const byId = new Map(waiting.map((spec) => [spec.id, spec]))
  const trail: string[] = []
  let at = waiting[0]
  while (at !== undefined) {
    const start = trail.indexOf(at.id)
    trail.push(at.id)
    if (start >= 0) return `there is a circle: ${trail.slice(start).join(' after ')}`
    const blocker = at.after?.find((id) => !done.has(id)) ?? ''
    if (!byId.has(blocker))
      return `phase ${at.id} comes after "${blocker}", which is no phase before ${last}`
    at = byId.get(blocker)
  }
  return ''
}
