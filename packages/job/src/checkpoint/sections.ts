import { invariant, type Runtime } from '@millrace/base'
import {
  type JobChanges,
  type JobCheckpoint,
  type StageCheckpoint,
  stageOf,
} from '@millrace/engine'
import type { SinkToken } from '@millrace/sdk'
import type { CheckpointWrite, SectionWrite } from '@millrace/store'
import { BlockWriter, readBlocks } from './blocks.ts'
import type { JobPrint } from './job-print.ts'
import type { KeptBlocks } from './kept-blocks.ts'
import { readStage, stagePieces } from './stage-section.ts'

/** Encoding lets others go on after so long, ms. */
const SLICE_MS = 5

const JOB = 'job'
/** The section of a stage. */
const stageSection = (id: string): string => `stage/${id}`

/** Whether a section is of that stage, or of one of its replicas. */
export function isSectionOf(section: string, stage: string): boolean {
  return stageOf(section) === stageSection(stage)
}

/** A checkpoint, and what the job was like that wrote it. */
export interface SavedJob {
  readonly checkpoint: JobCheckpoint
  readonly print: JobPrint
  /** Folder of the job then; absent: it was built in code, or the state is of old. */
  readonly folder?: string | undefined
}

/** What can be said of a checkpoint without reading it: beside it, as JSON. */
export interface CheckpointNote {
  readonly number: number
  /** When it was begun, epoch ms. */
  readonly time: number
  readonly end?: 'finished' | 'stopped' | undefined
  /** Records read so far. */
  readonly read: number
  /** The job is finished, and its sinks have shown everything. */
  readonly settled?: boolean | undefined
}

/** Encodes a checkpoint, one section for each stage and one for the rest; `kept` knows what is in them. Throws JOB_STATE_DATA. */
export async function writeSections(
  {
    checkpoint,
    folder,
    print,
  }: Pick<SavedJob, 'folder' | 'print'> & { readonly checkpoint: JobChanges },
  runtime: Pick<Runtime, 'monotonic' | 'yield'>,
  kept: KeptBlocks,
): Promise<Pick<CheckpointWrite, 'sections' | 'meta'>> {
  const { end, number, read, stages, time, ...rest } = checkpoint
  const sections = new Map<string, SectionWrite>()
  const job = new BlockWriter()
  job.add(
    {
      checkpoint: { end, number, read, time, ...rest },
      print,
      stages: Object.keys(stages),
      ...(folder !== undefined && { folder }),
    },
    'the job',
  )
  sections.set(JOB, { blocks: job.finish(), replace: true })
  let startedMs = runtime.monotonic()
  for (const [id, stage] of Object.entries(stages)) {
    const writer = new BlockWriter()
    for (const piece of stagePieces(stage)) {
      writer.add(piece, placeOf(id, piece))
      if (runtime.monotonic() - startedMs < SLICE_MS) continue
      await runtime.yield()
      startedMs = runtime.monotonic()
    }
    const section = stageSection(id)
    sections.set(section, kept.write(section, stage.changes, writer.finish()))
  }
  const note: CheckpointNote = { number, time, read, ...(end !== undefined && { end }) }
  return { sections, meta: note }
}

/**
 * Reads a checkpoint; `read` gives the blocks of a section. With `kept`, which is told of them, changes may follow those that are there.
 * Throws JOB_STATE_NEWER and what `read` throws.
 */
export async function readSections(
  read: (section: string) => Promise<readonly Uint8Array[]>,
  kept?: KeptBlocks,
): Promise<SavedJob> {
  const [head] = readBlocks(await read(JOB)) as Iterable<JobHead>
  invariant(head !== undefined, 'A checkpoint has a section for the job.')
  const stages: Record<string, StageCheckpoint> = {}
  for (const id of head.stages) {
    const section = stageSection(id)
    const stage = readStage(await read(section), (blocks) => kept?.found(section, blocks))
    stages[id] = { ...stage, ...(kept && { isKept: true }) }
  }
  const { folder, print } = head
  return {
    checkpoint: { ...head.checkpoint, stages },
    print,
    ...(folder !== undefined && { folder }),
  }
}

/** What the sinks of a checkpoint had prepared, by id, and behind it what they still had to forget. Throws what `read` throws. */
export async function readTokens(
  read: (section: string) => Promise<readonly Uint8Array[]>,
  now: JobPrint,
): Promise<Readonly<Record<string, readonly SinkToken[]>>> {
  const [head] = readBlocks(await read(JOB)) as Iterable<JobHead>
  const sinks = Object.entries(head?.checkpoint.sinks ?? {})
  // What another module had prepared says nothing to the one there is now.
  const own = sinks.flatMap(([id, { setAside = [], token }]): [string, readonly SinkToken[]][] => {
    const isSame = head?.print[id]?.module === now[id]?.module
    return token !== undefined && isSame ? [[id, [token, ...setAside]]] : []
  })
  return Object.fromEntries(own)
}

interface JobHead {
  readonly checkpoint: Omit<JobCheckpoint, 'stages'>
  readonly print: JobPrint
  readonly folder?: string
  readonly stages: readonly string[]
}

function placeOf(id: string, piece: { readonly piece: string; readonly handle?: string }): string {
  return piece.handle === undefined ? `"${id}"` : `state "${piece.handle}" of "${id}"`
}
