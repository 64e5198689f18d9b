import type {
  ErrorPolicy,
  KeyPart,
  ParallelSpec,
  RestartSpec,
  SpillSpec,
  TimeSpec,
} from '@millrace/engine'
import {
  type Outputs,
  sinkTraits,
  type SinkTraits,
  sourceTraits,
  type SourceTraits,
} from '@millrace/sdk'
import type { Entry } from '../grammar/entry.ts'
import { askDefinition } from '../modules/ask-definition.ts'
import type { LoadedModule } from '../modules/modules.ts'

/** Settings of an entry that stand beside its module, checked. */
export interface Settings {
  readonly onError?: ErrorPolicy | undefined
  readonly restart?: RestartSpec | undefined
  readonly limit?: number | undefined
  readonly timeoutMs?: number | undefined
  readonly batch?: number | undefined
  readonly parallel?: ParallelSpec | undefined
  readonly spill?: SpillSpec | undefined
  /** Bytes that the journal of a source that cannot be read again may take; absent: it has none. */
  readonly journal?: number | undefined
  readonly time?: TimeSpec | undefined
  readonly by?: readonly KeyPart[] | Readonly<Record<string, readonly KeyPart[]>> | undefined
  /** Field paths that `time` and `by` read; `record` for the whole. */
  readonly reads: readonly string[]
}

/** An entry with all that was found out about it. */
export interface Part {
  readonly entry: Entry
  /** Absent: the module could not be loaded. */
  readonly loaded?: LoadedModule<'source' | 'stage' | 'sink' | 'resource'> | undefined
  /** Absent: the parameters have faults. */
  readonly parameters?: { readonly value: unknown } | undefined
  /** Names of the outputs, the main one first; absent when unknown. */
  readonly outputs?: Outputs | undefined
  readonly inputs: readonly string[]
  readonly settings: Settings
}

/** The module of a part as a stage. Undefined for others and for what could not be loaded. */
export function stageOf(part: Part): LoadedModule<'stage'> | undefined {
  return part.loaded?.kind === 'stage' ? (part.loaded as LoadedModule<'stage'>) : undefined
}

export function sourceOf(part: Part): LoadedModule<'source'> | undefined {
  return part.loaded?.kind === 'source' ? (part.loaded as LoadedModule<'source'>) : undefined
}

export function sinkOf(part: Part): LoadedModule<'sink'> | undefined {
  return part.loaded?.kind === 'sink' ? (part.loaded as LoadedModule<'sink'>) : undefined
}

/** What the engine must know of the source of a part; undefined for others and for one with faults. */
export function sourceTraitsOf(part: Part): SourceTraits | undefined {
  const source = sourceOf(part)
  if (source === undefined || part.parameters === undefined) return undefined
  const { value } = part.parameters
  const ask = (): SourceTraits => sourceTraits(source.definition, value)
  return askDefinition(source, 'replay', ask, part.entry.where)
}

/** What the engine must know of the sink of a part; undefined for others and for one with faults. */
export function sinkTraitsOf(part: Part): SinkTraits | undefined {
  const sink = sinkOf(part)
  if (sink === undefined || part.parameters === undefined) return undefined
  const { value } = part.parameters
  const ask = (): SinkTraits => sinkTraits(sink.definition, value)
  return askDefinition(sink, 'replaces', ask, part.entry.where)
}

/** The names of the key fields of a stage, in order. */
export function keyNames({ by }: Settings): readonly string[] {
  if (by === undefined) return []
  const parts = Array.isArray(by) ? (by as readonly KeyPart[]) : (Object.values(by)[0] ?? [])
  return (parts as readonly KeyPart[]).map(({ name }) => name)
}
