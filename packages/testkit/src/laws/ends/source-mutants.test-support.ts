import {
  defineSource,
  type Malformed,
  type SourceBatch,
  type SourceDefinition,
  type SourceInstance,
} from '@millrace/sdk'
import { z } from 'zod'

const parameters = z.strictObject({
  lines: z.array(z.string()),
  batch: z.int().min(1).default(3),
})

/** Parameters of the sources below. */
export interface Lines {
  readonly lines: readonly string[]
  readonly batch: number
}

type Definition = Omit<SourceDefinition<Lines>, 'kind'>

function decode(line: string, offset: number): { readonly value: unknown } | Malformed {
  try {
    return { value: JSON.parse(line) as unknown }
  } catch {
    return { offset, line: offset + 1, raw: line, code: 'JSON', message: 'No JSON.' }
  }
}

/** One batch: the lines from `from` to before `to`. */
function batchOf(lines: readonly string[], from: number, to: number): SourceBatch {
  const values: unknown[] = []
  const offsets: number[] = []
  const malformed: Malformed[] = []
  for (const [index, line] of lines.slice(from, to).entries()) {
    const decoded = decode(line, from + index)
    if ('value' in decoded) {
      values.push(decoded.value)
      offsets.push(from + index)
    } else malformed.push(decoded)
  }
  return { values, offsets, lines: offsets.map((offset) => offset + 1), malformed, position: to }
}

/** One that reads its lines. */
export function instanceOf({ lines, batch }: Lines): SourceInstance {
  return {
    *read(_partition, position, { signal }) {
      for (let from = (position ?? 0) as number; from < lines.length; from += batch) {
        if (signal.aborted) return
        yield batchOf(lines, from, Math.min(lines.length, from + batch))
      }
    },
    decode: ({ raw }) => decode(raw, 0),
  }
}

/** Reads lines of JSON out of its parameters: each variant below has one fault. */
export const base: Definition = {
  name: 'lines',
  summary: 'Reads lines.',
  parameters,
  replay: 'position',
  ends: true,
  create: ({ parameters }) => instanceOf(parameters),
}

/** With a timer between its batches, and one batch in two partitions. */
const slow: Definition = {
  ...base,
  name: 'slow',
  create: ({ parameters, timer }) => ({
    ...instanceOf(parameters),
    partitions: () => Promise.resolve(['first', 'second']),
    async *read(partition, position, { fields, signal }) {
      const inner = instanceOf(parameters).read(partition, position, { fields, signal })
      for await (const batch of inner) {
        yield batch
        await new Promise<void>((resolve) => {
          const cancel = timer(60_000, resolve)
          signal.addEventListener('abort', () => {
            cancel()
            resolve()
          })
          if (signal.aborted) resolve()
        })
      }
    },
  }),
}

const endless: Definition = {
  ...base,
  name: 'endless',
  ends: false,
  create: () => ({
    *read(_partition, position, { signal }) {
      for (let at = (position ?? 0) as number; !signal.aborted; at++) {
        yield { values: [at], offsets: [at], position: at + 1 }
      }
    },
  }),
}

/** Sources with nothing wrong. */
export const healthy: readonly SourceDefinition<Lines>[] = [base, slow, endless].map((one) =>
  defineSource(one),
)

/** A source with one fault. */
export interface Mutant {
  readonly fault: string
  /** Id of the law that must catch it. */
  readonly law: string
  readonly source: SourceDefinition<Lines>
}

/** A source that does one thing otherwise; `change` gets a healthy instance. */
function mutant(
  fault: string,
  law: string,
  change: (instance: SourceInstance, parameters: Lines) => Partial<SourceInstance>,
  changes: Partial<Definition> = {},
): Mutant {
  const create: Definition['create'] = ({ parameters }) => {
    const instance = instanceOf(parameters)
    return { ...instance, ...change(instance, parameters) }
  }
  return { fault, law, source: defineSource({ ...base, create, ...changes }) }
}

/** A source whose batches are made otherwise. */
function eachBatch(
  fault: string,
  law: string,
  make: (batch: SourceBatch, fields: readonly string[] | undefined) => SourceBatch,
): Mutant {
  return mutant(fault, law, (healthy) => ({
    async *read(partition, position, options) {
      for await (const batch of healthy.read(partition, position, options)) {
        yield make(batch, options.fields)
      }
    },
  }))
}

const open = { isOpen: true }
const reused: unknown[] = []

/** Sources with one fault each. */
export const mutants: readonly Mutant[] = [
  mutant('takes any parameter', 'parameters', () => ({}), {
    parameters: z.object({ lines: z.array(z.string()), batch: z.int().default(3) }).loose(),
  }),
  eachBatch('stamps what it reads with the date', 'determinism', (batch) => ({
    ...batch,
    values: batch.values.map((value) => ({ value, day: new Date().getDate() })),
  })),
  mutant('keeps only the latest of what nobody took yet', 'pace', (_healthy, { lines }) => ({
    async *read(_partition, position) {
      let at = (position ?? 0) as number
      while (at < lines.length) {
        let turns = 0
        let isTaken = false
        const count = (): unknown => isTaken || (turns++, setImmediate(count))
        setImmediate(count)
        yield batchOf(lines, at, at + 1)
        isTaken = true
        at += turns > 2 ? 2 : 1
        await Promise.resolve()
      }
    },
  })),
  eachBatch('counts each batch from zero', 'offsets', (batch) => ({
    ...batch,
    offsets: Array.from(batch.values, (_value, index) => index),
  })),
  eachBatch('gives more than one batch may hold', 'offsets', (batch) => ({
    ...batch,
    values: Array.from({ length: 2000 }, () => batch.values[0]),
    offsets: undefined,
    lines: undefined,
    malformed: [],
  })),
  eachBatch('uses the same list for each of its batches', 'output', (batch) => {
    reused.splice(0, reused.length, ...batch.values)
    return { ...batch, values: reused }
  }),
  eachBatch('does not say why an entry is malformed', 'malformed', (batch) => ({
    ...batch,
    malformed: batch.malformed?.map((entry) => ({ ...entry, message: '' })),
  })),
  mutant('decodes what it said is malformed', 'malformed', () => ({
    decode: ({ raw }) => ({ value: raw }),
  })),
  eachBatch('leaves out all fields but the first it is asked for', 'fields', (batch, fields) => ({
    ...batch,
    values: batch.values.map((value) =>
      fields === undefined || typeof value !== 'object' || value === null
        ? value
        : Object.fromEntries(Object.entries(value).filter(([name]) => name === fields[0])),
    ),
  })),
  eachBatch('loses what is malformed', 'entries', ({ malformed: _lost, ...batch }) => batch),
  mutant('gives less where somebody counts', 'job', () => ({}), {
    create: ({ parameters, id }) =>
      instanceOf(id === 'part' ? parameters : { ...parameters, lines: parameters.lines.slice(1) }),
  }),
  mutant('says that its input has no end', 'ends', () => ({}), { ends: false }),
  mutant('does not hear that it shall stop', 'stop', (healthy) => ({
    read: (partition, position, { fields }) =>
      healthy.read(partition, position, { fields, signal: new AbortController().signal }),
  })),
  mutant('waits for its timer when it shall stop', 'stop', () => ({}), {
    create: ({ parameters, timer }) => ({
      async *read(partition, position, options) {
        for await (const batch of instanceOf(parameters).read(partition, position, options)) {
          yield batch
          await new Promise<void>((resolve) => void timer(60_000, resolve))
        }
      },
    }),
  }),
  mutant('cannot be closed unless it was opened', 'close', () => {
    let isOpen = false
    return {
      open: () => void (isOpen = true),
      close() {
        if (!isOpen) throw new Error('It is not open.')
      },
    }
  }),
  mutant('closes what its next instance needs', 'close', (healthy) => ({
    read: (partition, position, options) =>
      open.isOpen ? healthy.read(partition, position, options) : [],
    close: () => void (open.isOpen = false),
  })),
  mutant('gives positions that are no data', 'position', (healthy) => ({
    async *read(partition, position, options) {
      const { at } = (position ?? {}) as { readonly at?: Map<string, unknown> }
      // What comes of a map written as JSON is an object of nothing.
      const from = at instanceof Map ? at.get('line') : undefined
      for await (const batch of healthy.read(partition, from, options)) {
        yield { ...batch, position: { at: new Map([['line', batch.position]]) } }
      }
    },
  })),
  mutant('gives positions that JSON makes something else of', 'position', (healthy) => ({
    async *read(partition, position, options) {
      const from = position === undefined ? undefined : new Date(position as string).getTime()
      for await (const batch of healthy.read(partition, from, options)) {
        yield { ...batch, position: new Date(batch.position as number) }
      }
    },
  })),
  eachBatch('says the position before its batch', 'position', (batch) => ({
    ...batch,
    position: (batch.position as number) - batch.values.length - (batch.malformed?.length ?? 0),
  })),
  eachBatch('gives no position', 'position', ({ position: _position, ...batch }) => batch),
  eachBatch('has a position that cannot be kept', 'position', (batch) => ({
    ...batch,
    position: () => batch.position,
  })),
]
