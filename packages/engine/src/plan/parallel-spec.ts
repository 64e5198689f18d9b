/** How a stage runs several times side by side. */
export interface ParallelSpec {
  /** How many times, from 1 to 64, to begin with; 1 may become more while it runs. */
  readonly workers: number
  /** `async`: all in the thread of the job; `threads`, `processes`: each in a thread or a process of its own. */
  readonly runs: 'async' | 'threads' | 'processes'
  /**
   * `keyed`: by the stage's `by`, which only this mode may have and must: each key is with one of them, and its records keep their order.
   * `ordered`: results come in the order of the records, as from a stage that runs once; it has one input, of one output that has an order.
   * `latestWins`: the same, and a record that ends outdates all older ones: what has begun of them is aborted and taken back, and they count
   * as dropped; `race`: each record goes to all of them, and what the first one makes of it counts. Both in the thread of the job only.
   * `serial`: one record after the other, whatever the number of workers.
   * `unordered`: a record goes to whichever has room, and results come as they are ready.
   */
  readonly mode: 'keyed' | 'ordered' | 'unordered' | 'latestWins' | 'race' | 'serial'
  /** Without keys, the most units that all of them have in hand and before them: records with `async`, else batches. Default 2 per worker. */
  readonly inFlight?: number | undefined
}

/** Which of several a stage is. */
export interface Replica {
  /** Id of the stage that the job names. */
  readonly of: string
  /** From 0. */
  readonly index: number
  readonly count: number
}

/** The id of a replica. No stage that a job names has such a one. */
export function replicaId(of: string, index: number): string {
  return `${of}#${index}`
}

/** The id of what puts one output of replicas in order. */
export function gateId(of: string, output: string): string {
  return `${of}#${output}`
}

/** The id of the first half of a stage. No stage that a job names has such a one. */
export function combinerId(of: string): string {
  return `${of}${COMBINE}`
}

const COMBINE = '.combine'

/** The stage that a job names, of the id of a stage or of its first half. */
export function namedStage(id: string): string {
  return id.endsWith(COMBINE) ? id.slice(0, -COMBINE.length) : id
}

/** Whether this is the id of that stage, or of one of its replicas. */
export function isReplicaOf(id: string, stage: string): boolean {
  return stageOf(id) === stage
}

/** The stage that a job names, of the id of a stage or of one of its replicas. */
export function stageOf(id: string): string {
  const end = id.indexOf('#')
  return end === -1 ? id : id.slice(0, end)
}

/** Whether something of a job runs in a thread of its own. */
export function hasThreads({
  sources,
  stages,
}: {
  readonly sources: readonly { readonly thread?: number | undefined }[]
  readonly stages: readonly { readonly thread?: number | undefined }[]
}): boolean {
  return [...sources, ...stages].some(({ thread }) => thread !== undefined)
}
