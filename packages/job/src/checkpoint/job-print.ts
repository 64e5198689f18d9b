import { isAbsolute, relative } from 'node:path'
import type { JobSpec, KeyPart, StageSpec } from '@millrace/engine'
import type { JobPlan, PlanNode } from '@millrace/loader'

/** What a part of a job was like when it wrote its state. */
export interface PartPrint {
  readonly role: 'source' | 'stage' | 'sink'
  readonly module: string
  /** Key fields, as they are written. */
  readonly by: readonly string[]
  /** By path, as they are written; secret ones are hidden. */
  readonly parameters: Readonly<Record<string, PrintedValue>>
  /** Parameters that may change while the state is kept; with all below them. */
  readonly mayChange: readonly string[]
  /** A source that is read by way of a journal. Absent: it is not. */
  readonly journal?: boolean | undefined
}

/** A parameter as it was. */
export interface PrintedValue {
  readonly value: unknown
  readonly isDefault: boolean
}

/** All parts of a job that keep something in checkpoints, by id. */
export type JobPrint = Readonly<Record<string, PartPrint>>

/** What the parts of a job from a file are like. Paths below `folder` count from there: the whole may be moved. */
export function printOf(
  { checkpoint, nodes }: Pick<JobPlan, 'nodes' | 'checkpoint'>,
  folder: string,
): JobPrint {
  const journals = checkpoint?.journals ?? {}
  return Object.fromEntries(
    nodes.map((node): [string, PartPrint] => {
      const print = printOfNode(node, folder)
      return [node.id, node.id in journals ? { ...print, journal: true } : print]
    }),
  )
}

function printOfNode(node: PlanNode, folder: string): PartPrint {
  const { by, kind, mayChange = [], module, parameters } = node
  const values = parameters.map(({ isDefault, name, value }): [string, PrintedValue] => [
    name,
    { value: typeof value === 'string' ? movable(value, folder) : value, isDefault },
  ])
  return {
    role: kind === 'deadLetter' ? 'sink' : kind,
    module,
    by,
    parameters: Object.fromEntries(values),
    mayChange,
  }
}

function movable(text: string, folder: string): string {
  if (!isAbsolute(text)) return text
  const near = relative(folder, text)
  return near.startsWith('..') ? text : near
}

/** What a part of a job built in code was made of. */
export interface MadePart {
  readonly parameters: unknown
  /** Bytes that the journal of a source may take; absent: it has none. */
  readonly journal?: number | undefined
  readonly mayChange?: readonly string[]
}

/** What the parts of a job built in code are like; of a function only its name can be told. */
export function printOfSpec(spec: JobSpec, made: Readonly<Record<string, MadePart>>): JobPrint {
  const print = (
    role: PartPrint['role'],
    { factory, id }: SpecPart,
    by: readonly string[] = [],
  ) => {
    const values = new Map<string, PrintedValue>()
    flatten(made[id]?.parameters, '', values)
    const parameters = Object.fromEntries(values)
    const { journal, mayChange = [] } = made[id] ?? {}
    const own = { role, module: factory.traits.name, by, parameters, mayChange }
    return [id, journal === undefined ? own : { ...own, journal: true }] as const
  }
  const { deadLetter, sinks, sources, stages } = spec
  return Object.fromEntries([
    ...sources.map((source) => print('source', source)),
    ...stages.map((stage) => print('stage', stage, keysOf(stage))),
    ...[...sinks, ...(deadLetter === undefined ? [] : [deadLetter])].map((sink) => {
      return print('sink', sink)
    }),
  ])
}

interface SpecPart {
  readonly id: string
  readonly factory: { readonly traits: { readonly name: string } }
}

function keysOf({ by = [] }: StageSpec): readonly string[] {
  const named = (parts: readonly KeyPart[]): string[] => parts.map(({ description }) => description)
  if (Array.isArray(by)) return named(by as readonly KeyPart[])
  return Object.entries(by as Readonly<Record<string, readonly KeyPart[]>>).map(
    ([input, parts]) => `${input}: ${named(parts).join(', ')}`,
  )
}

/** Only what is plain data can be compared; a function is taken to be the same, and so is a definition of the same name. */
function flatten(value: unknown, path: string, into: Map<string, PrintedValue>): void {
  if (isDefinition(value)) into.set(path, { value: value.name, isDefault: false })
  else if (typeof value === 'object' && value !== null) {
    for (const [name, inner] of Object.entries(value)) {
      flatten(inner, path === '' ? name : `${path}.${name}`, into)
    }
  } else if (['string', 'number', 'boolean'].includes(typeof value) || value === null) {
    into.set(path, { value, isDefault: false })
  }
}

/** Whether a parameter is what a define function returned, such as an emitter. */
function isDefinition(value: unknown): value is { readonly name: string } {
  const { create, kind, name } = Object(value) as Record<string, unknown>
  return typeof create === 'function' && typeof kind === 'string' && typeof name === 'string'
}
