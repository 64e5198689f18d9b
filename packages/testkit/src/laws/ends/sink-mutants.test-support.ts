import {
  type SinkBatch,
  defineSink,
  type Rejection,
  type SinkDefinition,
  type SinkInstance,
  type SinkToken,
} from '@millrace/sdk'
import { z } from 'zod'

const parameters = z.strictObject({ table: z.string(), most: z.int().default(9) })

/** Parameters of the sinks below. */
export interface Table {
  readonly table: string
  readonly most: number
}

/** What the sinks below write to, by name. */
export const tables = new Map<string, unknown[]>()

/** Names of tables that a sink has locked. */
export const locks = new Set<string>()

function rowsOf(name: string): unknown[] {
  const rows = tables.get(name)
  if (rows === undefined) throw new Error(`There is no table ${name}.`)
  return rows
}

/** Takes records into `rows`, and refuses numbers that are too large. */
function take(
  batch: SinkBatch,
  most: number,
  rows: unknown[],
): { readonly rejected: readonly Rejection[] } {
  const rejected: Rejection[] = []
  for (let index = 0; index < batch.length; index++) {
    const value = batch.value(index)
    if (typeof value === 'number' && value > most) {
      rejected.push({ index, code: 'LARGE', message: 'Too large.', retry: false })
    } else rows.push(value)
  }
  return { rejected }
}

type Definition = Omit<SinkDefinition<Table>, 'kind'>

/** One that holds records until its commit. */
export function buffered({ most, table }: Table): SinkInstance {
  let held: unknown[] = []
  return {
    write: (batch) => take(batch, most, held),
    commit() {
      rowsOf(table).push(...held)
      held = []
    },
    abort() {
      const discarded = held.length
      held = []
      return { discarded }
    },
  }
}

function live({ most, table }: Table): SinkInstance {
  return {
    async write(batch) {
      await Promise.resolve()
      return take(batch, most, rowsOf(table))
    },
  }
}

export const base: Definition = {
  name: 'table',
  summary: 'Writes to a table in one step.',
  parameters,
  guarantee: 'All of a job, or nothing.',
  create: ({ parameters }) => buffered(parameters),
}

const liveBase: Definition = {
  ...base,
  name: 'live',
  guarantee: 'What was written stays.',
  reopens: true,
  create: ({ parameters }) => live(parameters),
}

function replacing(parameters: Table): SinkInstance {
  const instance = buffered(parameters)
  return {
    ...instance,
    commit() {
      rowsOf(parameters.table).splice(0)
      return instance.commit?.()
    },
  }
}

const replacingBase: Definition = {
  ...base,
  name: 'replacing',
  replaces: true,
  create: ({ parameters }) => replacing(parameters),
}

/** What is on stable storage beside a table: rows of checkpoints that are not in it yet, and the last one that is. */
const ledgers = new Map<string, { readonly prepared: Map<number, unknown[]>; last: number }>()

function exact({ most, table }: Table): SinkInstance {
  const ledger = ledgers.get(table) ?? { prepared: new Map<number, unknown[]>(), last: 0 }
  ledgers.set(table, ledger)
  let held: unknown[] = []
  const commit = (token?: SinkToken): void => {
    const checkpoint = Number(token?.['checkpoint'] ?? 0)
    if (token === undefined) rowsOf(table).push(...held.splice(0))
    else if (checkpoint > ledger.last) {
      rowsOf(table).push(...(ledger.prepared.get(checkpoint) ?? []))
      ledger.prepared.delete(checkpoint)
      ledger.last = checkpoint
    }
  }
  return {
    write: (batch) => take(batch, most, held),
    prepare({ checkpoint }) {
      ledger.prepared.set(checkpoint, held)
      held = []
      return { checkpoint }
    },
    commit,
    recover(token) {
      if (token !== undefined) commit(token)
      ledger.prepared.clear()
    },
    abort: () => ({ discarded: held.splice(0).length }),
  }
}

const exactBase: Definition = {
  ...base,
  name: 'exact',
  guarantee: 'Each record once.',
  delivers: 'exactlyOnce',
  create: ({ parameters }) => exact(parameters),
}

/** Sinks with nothing wrong. */
export const healthy: readonly SinkDefinition<Table>[] = [
  base,
  liveBase,
  replacingBase,
  exactBase,
].map((one) => defineSink(one))

/** A sink with one fault. */
export interface Mutant {
  readonly fault: string
  /** Id of the law that must catch it. */
  readonly law: string
  readonly sink: SinkDefinition<Table>
}

/** A sink that does one thing otherwise; `change` gets a healthy instance. */
function mutant(
  fault: string,
  law: string,
  change: (instance: SinkInstance, parameters: Table) => Partial<SinkInstance>,
  changes: Partial<Definition> = {},
): Mutant {
  const create: Definition['create'] = ({ parameters }) => {
    const instance = buffered(parameters)
    return { ...instance, ...change(instance, parameters) }
  }
  return { fault, law, sink: defineSink({ ...base, create, ...changes }) }
}

/** The same of a sink that delivers exactly once. */
function inexact(
  fault: string,
  law: string,
  change: (instance: SinkInstance, parameters: Table) => Partial<SinkInstance>,
): Mutant {
  const create: Definition['create'] = ({ parameters }) => {
    const instance = exact(parameters)
    return { ...instance, ...change(instance, parameters) }
  }
  return { fault, law, sink: defineSink({ ...exactBase, create }) }
}

function withValues(batch: SinkBatch, values: readonly unknown[]): SinkBatch {
  return { ...batch, length: values.length, value: (index) => values[index] }
}

function valuesOf(batch: SinkBatch): unknown[] {
  return Array.from({ length: batch.length }, (_, index) => batch.value(index))
}

/** Sinks with one fault each. */
export const mutants: readonly Mutant[] = [
  mutant('takes any parameter', 'parameters', () => ({}), {
    parameters: z.object({ table: z.string(), most: z.int().default(9) }).loose(),
  }),
  mutant('loses the last record of a long batch', 'batches', (healthy) => ({
    write: (batch) =>
      healthy.write(batch.length > 3 ? withValues(batch, valuesOf(batch).slice(0, -1)) : batch),
  })),
  mutant('writes the records of a batch from the last to the first', 'batches', (healthy) => ({
    write: (batch) => healthy.write(withValues(batch, valuesOf(batch).toReversed())),
  })),
  mutant('writes what it flushed once more when it is done', 'batches', (healthy, { table }) => {
    let isFlushed = false
    return {
      flush: () => void (isFlushed = true),
      async commit() {
        await healthy.commit?.()
        if (isFlushed) rowsOf(table).push(...rowsOf(table).slice(-1))
      },
    }
  }),
  mutant('does not wait for what it writes', 'batches', (healthy) => ({
    write: (batch) => void setTimeout(() => void healthy.write(batch), 1),
  })),
  mutant('asks for a record behind the end of its batch', 'batches', (healthy) => ({
    write(batch) {
      batch.value(batch.length)
      return healthy.write(batch)
    },
  })),
  mutant('counts refused records from its beginning', 'rejected', (healthy) => {
    let before = 0
    return {
      async write(batch) {
        const rejected = (await healthy.write(batch))?.rejected ?? []
        const moved = rejected.map((one) => ({ ...one, index: one.index + before }))
        before += batch.length
        return { rejected: moved }
      },
    }
  }),
  mutant('says twice that it refuses a record', 'rejected', (healthy) => ({
    async write(batch) {
      const rejected = (await healthy.write(batch))?.rejected ?? []
      return { rejected: [...rejected, ...rejected] }
    },
  })),
  mutant('gives no reason', 'rejected', (healthy) => ({
    async write(batch) {
      const rejected = (await healthy.write(batch))?.rejected ?? []
      return { rejected: rejected.map((one) => ({ ...one, message: '' })) }
    },
  })),
  mutant('numbers the records it gets', 'input', (healthy) => ({
    write(batch) {
      for (const [index, value] of valuesOf(batch).entries()) {
        if (typeof value === 'object' && value !== null) Object.assign(value, { index })
      }
      return healthy.write(batch)
    },
  })),
  mutant('refuses records of our days', 'job', (healthy) => ({
    write(batch) {
      const { length } = batch
      if (length === 0 || batch.timestamp(0) < 1e9) return healthy.write(batch)
      const one = { code: 'NEW', message: 'Too new.', retry: false }
      return { rejected: Array.from({ length }, (_, index) => ({ ...one, index })) }
    },
  })),
  mutant('leaves what it wrote when the job fails, and says that it is gone', 'abort', () => ({}), {
    create: ({ parameters }) => ({
      ...live(parameters),
      abort: () => ({ discarded: rowsOf(parameters.table).length }),
    }),
  }),
  mutant('unlocks its table only when the job ends well', 'abort', (healthy, { table }) => ({
    open: () => void locks.add(table),
    commit() {
      locks.delete(table)
      return healthy.commit?.()
    },
  })),
  mutant('discards what it held and says nothing of it', 'abort', () => ({ abort: () => {} })),
  mutant('cannot be closed unless it was opened', 'close', () => {
    let isOpen = false
    return {
      open: () => void (isOpen = true),
      close() {
        if (!isOpen) throw new Error('It is not open.')
      },
    }
  }),
  mutant('empties its table when it is closed unused', 'close', (healthy, { table }) => {
    let isUsed = false
    return {
      write(batch) {
        isUsed = true
        return healthy.write(batch)
      },
      close: () => void (isUsed || rowsOf(table).splice(0)),
    }
  }),
  mutant('adds to what was there, and says that it replaces it', 'replaces', () => ({}), {
    replaces: true,
  }),
  mutant('empties its table at the start, and says that it replaces it', 'replaces', () => ({}), {
    replaces: true,
    create: ({ parameters }) => ({
      ...replacing(parameters),
      open: () => void rowsOf(parameters.table).splice(0),
    }),
  }),
  mutant('holds all to the end and says that another may go on', 'reopens', () => ({}), {
    reopens: true,
  }),
  mutant('says that it delivers exactly once, and does nothing for it', 'checkpoints', () => ({}), {
    delivers: 'exactlyOnce',
  }),
  inexact('shows what it has prepared at once', 'checkpoints', (healthy, { table }) => {
    const written: unknown[] = []
    return {
      write(batch) {
        written.push(...valuesOf(batch))
        return healthy.write(batch)
      },
      prepare({ checkpoint }) {
        rowsOf(table).push(...written.splice(0))
        return { checkpoint }
      },
    }
  }),
  inexact('forgets what it prepared when it goes on', 'checkpoints', () => ({ recover: () => {} })),
  inexact(
    'takes what it prepared back when it is aborted',
    'checkpoints',
    (healthy, { table }) => ({
      abort() {
        ledgers.get(table)?.prepared.clear()
        return healthy.abort?.()
      },
    }),
  ),
  inexact('gives a token that is no data', 'checkpoints', (healthy) => ({
    async prepare(options) {
      return { ...(await healthy.prepare?.(options)), time: new Date(0) }
    },
  })),
  inexact('writes what it commits as often as it is told to', 'twice', (healthy, { table }) => {
    let last: readonly unknown[] = []
    return {
      commit(token) {
        const before = rowsOf(table).length
        void healthy.commit?.(token)
        if (token !== undefined && rowsOf(table).length === before) rowsOf(table).push(...last)
        else last = rowsOf(table).slice(before)
      },
    }
  }),
  inexact('commits what another instance has committed', 'twice', (healthy, { table }) => ({
    recover(token) {
      const before = rowsOf(table).length
      void healthy.recover?.(token)
      if (rowsOf(table).length === before) rowsOf(table).push(...rowsOf(table).slice(-1))
    },
  })),
]
