import type { JobCheckpoint, JobSpec, Summary } from '@millrace/engine'
import { Job, type JobPrint, type JobState, openJobState } from '@millrace/job'
import type { FileSystem } from '@millrace/store'
import type { DiskOperation } from '@millrace/store/simulated'
import { simulate, type Simulation, type SimulatedProcess } from '@millrace/testkit'

import { buildJob, sinkIds } from './build.ts'
import { FaultyDisk, type Trouble } from './faulty-disk.ts'
import { partNames, readParts } from './part-sink.ts'
import type { Fate, Plan } from './plan.ts'

/** What a job that ran through all its lives has left. */
export interface Outcome {
  readonly shown: Readonly<Record<string, readonly unknown[]>>
  readonly summary: Summary
  readonly last: JobCheckpoint | undefined
}

/** A job, its disk, and what was seen of its lives. */
export class Lives {
  readonly plan: Plan
  readonly disk: FaultyDisk
  readonly simulation: Simulation
  /** How each life ended: the state of the job, or that of its process. */
  readonly ends: string[] = []
  /** Durable checkpoints of each life. */
  readonly counts: number[] = []
  /** First checkpoints of a life whose changes followed those of the life before. */
  followed = 0
  /** What broke a promise while the job ran. */
  readonly breaches: string[] = []
  outcome: Outcome | undefined
  /** Operations of the disk in the last life. */
  operations = 0
  /** The last checkpoint that the store has called durable. */
  #durable: Pick<JobCheckpoint, 'sources'> | undefined
  #count = 0

  constructor(plan: Plan, simulation: Simulation) {
    this.plan = plan
    this.simulation = simulation
    this.disk = new FaultyDisk(1 + simulation.amount(2 ** 30), plan)
  }

  /** Lives as the plan says, then on until the job is finished. */
  async run(): Promise<void> {
    let summary: Summary | undefined
    for (const fate of this.plan.fates) {
      summary = await this.#live(fate)
      if (summary?.state === 'completed') break
    }
    if (summary?.state !== 'completed') summary = await this.#live(undefined)
    if (summary === undefined) throw new Error('Killed, though nothing went wrong any more.')
    this.outcome = { summary, ...(await this.#found()) }
  }

  async #live(fate: Fate | undefined): Promise<Summary | undefined> {
    const process = this.simulation.process()
    const { promise: died, resolve } = Promise.withResolvers<undefined>()
    const onCrash = (): void => {
      process.kill()
      resolve(undefined)
    }
    const job = this.#job(process, troubleOf(fate), onCrash)
    this.#intervene(job, fate, onCrash)
    this.#count = 0
    const summary = await Promise.race([died, job.run().then((one) => one)])
    process.kill()
    this.operations = this.disk.operations
    this.disk.disk.kill()
    this.counts.push(this.#count)
    this.ends.push(summary?.error?.code ?? summary?.state ?? 'killed')
    return summary
  }

  #job(process: SimulatedProcess, trouble: Trouble, onCrash: () => void): Job {
    const { plan } = this
    const fs = this.disk.start(process, trouble, onCrash)
    const acked = (id: string, positions: Readonly<Record<string, unknown>>): void =>
      this.#acked(id, positions)
    return new Job({
      spec: buildJob(plan, { process, fs, acked }, this.ends.length),
      runtime: process.runtime,
      openState: async () => this.#watched(await this.#open(process, fs)),
      dispose: () => Promise.resolve(),
    })
  }

  #open(process: SimulatedProcess, fs: FileSystem): Promise<JobState> {
    const { everyMs } = this.plan
    return openJobState({
      settings: { dir: '/state', everyMs },
      job: 'simulated',
      print: printOf(buildJob(this.plan, { process, fs, acked: () => {} }, this.ends.length)),
      runtime: process.runtime,
      fs,
    })
  }

  #watched(state: JobState): JobState {
    const commit = state.commit.bind(state)
    state.commit = async (checkpoint) => {
      const bytes = await commit(checkpoint)
      const stages = Object.values(checkpoint.stages)
      if (this.#count === 0 && stages.some(({ changes }) => changes.number > 1)) this.followed++
      this.#durable = checkpoint
      this.#count++
      return bytes
    }
    return state
  }

  #acked(id: string, positions: Readonly<Record<string, unknown>>): void {
    const { done = [], partitions = [] } = this.#durable?.sources[id] ?? {}
    for (const [name, position] of Object.entries(positions)) {
      const place = partitions.find((one) => one.name === name)?.position
      if (place !== position && !done.includes(name)) {
        this.breaches.push(`${id} may forget "${name}" up to ${String(position)}: ${String(place)}`)
      }
    }
  }

  #intervene(job: Job, fate: Fate | undefined, onCrash: () => void): void {
    if (fate === undefined || fate.kind === 'disk' || fate.kind === 'moment') return
    const { disk } = this.disk
    const boot = this.ends.length
    this.simulation.runtime.timer(fate.atMs, () => {
      if (this.ends.length > boot) return
      if (fate.kind === 'stop' || fate.kind === 'drain') void job[fate.kind]()
      else if (fate.kind === 'abort') job.abort()
      else {
        onCrash()
        if (fate.kind === 'power') disk.cutPower()
        else disk.kill()
      }
    })
  }

  /** What is there once the power was cut. */
  async #found(): Promise<Pick<Outcome, 'shown' | 'last'>> {
    const { disk } = this.disk
    this.disk.calm()
    disk.cutPower()
    const process = this.simulation.process()
    const state = await this.#open(process, disk.start())
    const fs = disk.start()
    const shown = await Promise.all(
      sinkIds.map(async (id) => [id, readParts(disk, await partNames(fs, id), id)] as const),
    )
    return { shown: Object.fromEntries(shown), last: state.restored }
  }
}

/** The same job in a world where nothing goes wrong and the disk takes no time, with no checkpoint but the last. */
export async function undisturbed(plan: Plan): Promise<Outcome> {
  const simulation = simulate({ choices: [], keepTrace: false })
  const lives = new Lives(
    { ...plan, everyMs: 1e9, latencyMs: [0], sinkMs: 0, fates: [], relays: [], workers: [] },
    simulation,
  )
  await simulation.complete(lives.run())
  if (lives.outcome === undefined) throw new Error('It came to no end.')
  return lives.outcome
}

/** What the job is compared by when it goes on. */
function printOf({ deadLetter, sinks, sources, stages }: JobSpec): JobPrint {
  const parts = [
    ...sources.map((part) => [part, 'source'] as const),
    ...stages.map((part) => [part, 'stage'] as const),
    ...[...sinks, ...(deadLetter === undefined ? [] : [deadLetter])].map(
      (part) => [part, 'sink'] as const,
    ),
  ]
  const prints = parts.map(([{ factory, id }, role]) => {
    return [
      id,
      { role, module: factory.traits.name, by: [], parameters: {}, mayChange: [] },
    ] as const
  })
  return Object.fromEntries(prints)
}

function troubleOf(fate: Fate | undefined): Trouble {
  if (fate?.kind === 'moment') {
    let { skip, times } = fate
    let hasBegun = false
    return ({ name, path }) => {
      hasBegun ||= name === fate.operation && fate.path.test(path) && skip-- === 0
      return hasBegun && times-- > 0 ? fate.fault : undefined
    }
  }
  if (fate?.kind !== 'disk') return () => undefined
  const { at, fault, times } = fate
  return ({ index }: DiskOperation) => (index >= at && index < at + times ? fault : undefined)
}
