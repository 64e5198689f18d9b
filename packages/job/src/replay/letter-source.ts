import { invariant } from '@millrace/base'
import type { SourceSpec } from '@millrace/engine'
import type { Decoded, SourceBatch, SourceFactory, SourceInstance } from '@millrace/sdk'
import { type Letter, LetterBatch } from './letter-batch.ts'

/** What a source of letters is made of. */
export interface LetterSource {
  readonly id: string
  readonly letters: readonly Letter[]
  /** The source that could not read them, where it was one. */
  readonly reader?: SourceSpec | undefined
  /** When it may begin: what stands behind it in the job has its letters by then. */
  readonly turn: Promise<void>
  /** It has given all, or was told to end. */
  readonly passOn: () => void
  /** Told of each letter that goes in. */
  readonly onFed: (letter: Letter) => void
}

/**
 * A source that gives letters back with the place and time they had. Event time stands still until its end: no order of letters
 * makes one of them late.
 */
export function letterSource(options: LetterSource): SourceSpec {
  const { id, reader } = options
  const original = reader?.time
  return {
    id,
    where: reader?.where,
    factory: letterFactory(options),
    time: {
      timestamp: original?.timestamp ?? (() => Number.NEGATIVE_INFINITY),
      disorderMs: Number.POSITIVE_INFINITY,
      description: original?.description ?? 'the dead letter',
    },
    recall(batch) {
      invariant(batch instanceof LetterBatch, 'a source of letters gives batches of letters')
      return batch
    },
    onError: reader?.onError,
  }
}

function letterFactory(options: LetterSource): SourceFactory {
  const { letters, reader } = options
  const decodes = letters.some((letter) => letter.record === null && letter.raw !== null)
  return {
    traits: { name: reader?.factory.traits.name ?? 'replay', ends: true, replay: 'none' },
    async create(scope) {
      const decoder = decodes ? await reader?.factory.create(scope) : undefined
      return { read: (_partition, _position, { signal }) => read(options, decoder, signal) }
    },
    dispose: () => (decodes ? reader?.factory.dispose() : undefined),
  }
}

async function* read(
  options: LetterSource,
  decoder: SourceInstance | undefined,
  signal: AbortSignal,
): AsyncGenerator<SourceBatch> {
  try {
    await Promise.race([options.turn, aborted(signal)])
    if (signal.aborted) return
    let batch: LetterBatch | undefined
    let members: Letter[] = []
    const take = (): void => {
      for (const letter of members) options.onFed(letter)
      members = []
    }
    for (const letter of options.letters) {
      const decoded = await decode(letter, decoder)
      if (batch?.takes(letter, decoded) === false) {
        take()
        yield batch
        if (signal.aborted) return
        batch = undefined
      }
      batch ??= new LetterBatch(letter)
      batch.add(letter, decoded, timeOf(letter, options.reader))
      members.push(letter)
    }
    if (batch === undefined) return
    take()
    yield batch
  } finally {
    options.passOn()
  }
}

async function decode(letter: Letter, decoder: SourceInstance | undefined): Promise<Decoded> {
  const { error, position, raw, record } = letter
  if (record !== null || raw === null) return { value: record }
  const code = error?.code ?? ''
  const partition = position?.partition ?? ''
  const again = await decoder?.decode?.({ partition, raw, code })
  return again ?? { code, message: error?.message ?? '' }
}

/** NaN: the source reads it from the record. */
function timeOf({ eventTime, time }: Letter, reader: SourceSpec | undefined): number {
  if (eventTime !== null) return eventTime
  if (reader === undefined) return Number.NEGATIVE_INFINITY
  // The record's time is its arrival: it came when it could not be read.
  return reader.time === undefined ? time : Number.NaN
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
