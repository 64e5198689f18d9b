import { resolve } from 'node:path'
import { importPlugin } from '@millrace/loader/authoring'
import { CLI_NO_STREAM, CLI_STREAM_OPTION } from '../../errors.ts'
import { displayPath } from '../../report/fault-text.ts'
import type { Shell } from '../../shell.ts'
import type { StreamOptions } from './stream-options.ts'

/** A message of a stream. */
export interface StreamMessage {
  readonly offset: number
  /** Epoch ms. */
  readonly time: number
  readonly value: unknown
}

/** How far a group is, in messages. */
export interface StreamGroup {
  readonly name: string
  readonly next: number
  readonly waiting: number
  readonly leased: number
  readonly dead: number
  readonly done: number
}

/** What a stream says of itself. */
export interface StreamInfo {
  readonly name: string
  readonly status: string
  readonly created: number
  readonly first: number
  readonly next: number
  readonly count: number
  readonly bytes: number
  readonly lost: number
  readonly prepared: number
  readonly retention: Readonly<Record<string, unknown>>
  readonly groups: readonly StreamGroup[]
}

/** A message as a group sees it. */
export interface SeenMessage extends StreamMessage {
  readonly state: string
  readonly attempts: number
  readonly error?: string
}

/** Where to begin. */
export type StreamPlace = 'earliest' | 'latest' | number | { readonly time: number }

interface OpenStream {
  append(value: unknown): Promise<number>
  sync(): Promise<void>
  end(): Promise<void>
  state(): Promise<StreamInfo>
  inspect(
    group: string,
    options: { readonly from: StreamPlace; readonly limit: number },
  ): Promise<readonly SeenMessage[]>
  messages(options: {
    readonly from: StreamPlace
    readonly follow: boolean
    readonly signal: AbortSignal
  }): AsyncIterable<StreamMessage>
  close(): Promise<void>
}

/** What commands need of the package that brings streams; it is found as a job finds it, so that nobody must install it. */
interface StreamPlugin {
  openStream(
    name: string,
    options: { readonly dir: string; readonly create?: boolean },
  ): Promise<OpenStream>
  listStreams(dir: string): Promise<readonly StreamInfo[]>
}

/** The directory that a command is about. */
export function dirOf(options: StreamOptions, shell: Shell): string {
  return resolve(shell.cwd, options.dir ?? '.millrace/streams')
}

/** Loads the package. Rejects with CFG_MODULE_NOT_FOUND, which says how to install it. */
export async function streamPlugin(shell: Shell): Promise<StreamPlugin> {
  return (await importPlugin('stream', 'source', shell.cwd)) as unknown as StreamPlugin
}

/** Opens a stream for `work` and closes it after that. */
export async function withStream<T>(
  name: string,
  options: { readonly dir: string; readonly create?: boolean },
  shell: Shell,
  work: (stream: OpenStream) => Promise<T>,
): Promise<T> {
  const plugin = await streamPlugin(shell)
  // A directory that holds no streams must not be made by who only looks.
  const isNew = (await plugin.listStreams(options.dir)).length === 0
  if (isNew && options.create === false) {
    throw CLI_NO_STREAM({ name, dir: displayPath(options.dir, shell.cwd) })
  }
  const stream = await plugin.openStream(name, options)
  try {
    return await work(stream)
  } finally {
    await stream.close()
  }
}

/** A count of an option. Throws CLI_STREAM_OPTION. */
export function countOf(option: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise
  const count = Number(text)
  if (/^\d+$/.test(text) && count >= 1 && Number.isSafeInteger(count)) return count
  throw CLI_STREAM_OPTION({ option, text, expected: 'a whole number from 1 on' })
}

/** A place of an option. Throws CLI_STREAM_OPTION. */
export function placeOf(text: string): StreamPlace {
  if (text === 'earliest' || text === 'latest') return text
  if (/^\d+$/.test(text) && Number.isSafeInteger(Number(text))) return Number(text)
  const time = Date.parse(text)
  if (!Number.isNaN(time)) return { time }
  const expected = 'earliest, latest, an offset, or a time such as 2026-01-31T12:00:00Z'
  throw CLI_STREAM_OPTION({ option: '--from', text, expected })
}
