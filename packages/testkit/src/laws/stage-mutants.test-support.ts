import { defineStage, type ParameterSchema, type StageDefinition } from '@millrace/sdk'

/** Parameters of the stages below. */
export interface Limit {
  readonly above: number
}

const properties = { above: { type: 'number', default: 10 } }

function schemaOf(jsonSchema: object, standard = 10): ParameterSchema<Limit> {
  return {
    '~standard': {
      version: 1,
      vendor: 'test',
      validate(value) {
        if (typeof value !== 'object' || value === null || Array.isArray(value)) {
          return { issues: [{ message: 'must be a map' }] }
        }
        return { value: { above: standard, ...value } }
      },
      jsonSchema: { input: () => jsonSchema },
    },
  }
}

type Reading = Readonly<Record<string, unknown>> & { value: number }
type Definition = Omit<StageDefinition<Limit>, 'kind'>

export const parameters: ParameterSchema<Limit> = schemaOf({
  type: 'object',
  properties,
  additionalProperties: false,
})

/** Passes readings above a limit and counts them: each variant below has one fault. */
const filterBase: Definition = {
  name: 'above',
  summary: 'Passes readings above a limit.',
  parameters,
  keeps: 'nothing',
  passes: 'same',
  reads: () => ['value'],
  expects: () => ['value'],
  shape: (_parameters, { fields }) => ({ out: fields }),
  create: ({ parameters: { above } }) => ({
    process(record: Reading, context) {
      if (record.value > above) return record
      context.skip('low')
      return undefined
    },
    processBatch(batch, output) {
      for (let index = 0; index < batch.length; index++) {
        const { value } = batch.value(index) as Reading
        if (value > above) output.pass(index)
        else output.skip(index, 'low')
      }
    },
  }),
}

/** Hands on the sum so far, per key, and the last one again at the end. */
const sumBase: Definition = {
  name: 'sum',
  summary: 'Sums readings.',
  parameters,
  keeps: 'state',
  absorbs: true,
  reads: () => ['value'],
  create({ state }) {
    const sum = state.value<number>('sum', { initial: () => 0 })
    return {
      process(record: Reading) {
        const { value } = record
        sum.set(sum.get() + value)
      },
      onEnd(context) {
        for (const [, total] of sum.entries()) context.emit({ total })
      },
    }
  },
}

/** Stages with nothing wrong. */
export const healthy: readonly StageDefinition<Limit>[] = [
  defineStage(filterBase),
  defineStage(sumBase),
  defineStage({
    name: 'asynchronous',
    summary: 'Doubles readings, later.',
    parameters,
    keeps: 'nothing',
    create: () => ({
      async process({ value }: Reading, context) {
        await Promise.resolve()
        if (value < 0) context.reject('NEGATIVE', 'Negative.')
        return value * 2
      },
    }),
  }),
  defineStage({
    name: 'generator',
    summary: 'Counts readings down.',
    parameters,
    keeps: 'nothing',
    inputs: ['readings'],
    create: () => ({
      on: {
        *readings({ value }: Reading) {
          for (let left = value; left > 28; left--) yield left
        },
      },
    }),
  }),
  defineStage({
    name: 'asynchronous-generator',
    summary: 'Says every reading twice.',
    parameters,
    create: () => ({
      async *process({ value }: Reading) {
        yield value
        await Promise.resolve()
        yield value
      },
    }),
  }),
]

/** A stage with one fault. */
export interface Mutant {
  readonly fault: string
  /** Id of the law that must catch it. */
  readonly law: string
  readonly stage: StageDefinition<Limit>
}

function mutant(
  fault: string,
  law: string,
  changes: Partial<Definition>,
  base = filterBase,
): Mutant {
  return { fault, law, stage: defineStage({ ...base, ...changes }) }
}

const { passes: _passes, reads: _reads, expects: _expects, shape: _shape, ...free } = filterBase

/** Stages with one fault each. */
export const mutants: readonly Mutant[] = [
  mutant(
    'changes the record it got',
    'input',
    { create: () => ({ process: (record: Reading) => Object.assign(record, { seen: true }) }) },
    free,
  ),
  mutant(
    'hands out the size of its batch',
    'batches',
    {
      create: () => ({
        process: (record: Reading) => record,
        processBatch(batch, output) {
          for (let index = 0; index < batch.length; index++) output.emit(index, batch.length)
        },
      }),
    },
    free,
  ),
  mutant('rounds in processBatch only', 'processBatch', {
    create: () => ({
      process: (record: Reading) => record,
      processBatch(batch, output) {
        for (let index = 0; index < batch.length; index++) {
          if (Number.isInteger((batch.value(index) as Reading).value)) output.pass(index)
        }
      },
    }),
  }),
  mutant('swallows the last record of a long batch', 'processBatch', {
    create: () => ({
      process: (record: Reading) => record,
      processBatch(batch, output) {
        const end = batch.length > 3 ? batch.length - 1 : batch.length
        for (let index = 0; index < end; index++) output.pass(index)
      },
    }),
  }),
  mutant(
    'emits from a timer after its end',
    'stop',
    {
      create: ({ timer, outputs }) => ({
        process(record: Reading) {
          timer(60_000, () => outputs['out']?.emit('late'))
          return record
        },
      }),
    },
    free,
  ),
  mutant(
    'takes its timer back at the end of its input, and not when it is stopped before',
    'stop',
    {
      create({ timer, outputs }) {
        const cancels: (() => void)[] = []
        return {
          process(record: Reading) {
            cancels.push(timer(60_000, () => outputs['out']?.emit('late')))
            return record
          },
          onEnd: () => cancels.forEach((cancel) => cancel()),
        }
      },
    },
    free,
  ),
  mutant(
    'gives out what it held when it is closed',
    'stop',
    {
      create({ outputs }) {
        const held: Reading[] = []
        return {
          process: (record: Reading) => void held.push(record),
          onEnd: (context) => held.splice(0).forEach((record) => context.emit(record)),
          close: () => held.forEach((record) => outputs['out']?.emit(record)),
        }
      },
      absorbs: true,
    },
    free,
  ),
  mutant(
    'emits from a promise nobody waits for',
    'stop',
    {
      create: () => ({
        process(record: Reading, context) {
          void Promise.resolve().then(() => context.emit(record))
        },
      }),
    },
    free,
  ),
  mutant(
    'adds a random number',
    'determinism',
    { create: () => ({ process: (record: Reading) => ({ ...record, salt: Math.random() }) }) },
    free,
  ),
  mutant(
    'asks the calendar',
    'determinism',
    {
      create: () => ({ process: (record: Reading) => ({ ...record, day: new Date().getDate() }) }),
    },
    free,
  ),
  mutant('counts a record as filtered and emits it as well', 'conservation', {
    create: () => ({
      process(record: Reading, context) {
        if (record.value < 0) context.skip('negative')
        return record
      },
      processBatch(batch, output) {
        for (let index = 0; index < batch.length; index++) {
          if ((batch.value(index) as Reading).value < 0) output.skip(index, 'negative')
          output.pass(index)
        }
      },
    }),
  }),
  mutant('counts records in a field and says that it keeps nothing', 'restart', {
    create() {
      let seen = 0
      return { process: (record: Reading) => (seen++ % 2 === 0 ? record : undefined) }
    },
  }),
  mutant(
    'sums in a field of its own and says that it keeps state',
    'snapshot',
    {
      create() {
        let sum = 0
        return {
          process: ({ value }: Reading) => void (sum += value),
          onEnd: (context) => context.emit({ total: sum }),
        }
      },
    },
    sumBase,
  ),
  mutant(
    'keeps in its state how many records its instance has seen',
    'snapshot',
    {
      create({ state }) {
        const count = state.value<number>('count', { initial: () => 0 })
        let seen = 0
        return { process: () => count.set(++seen) }
      },
    },
    sumBase,
  ),
  mutant(
    'writes down another sum than it has',
    'snapshot',
    {
      create({ state }) {
        const sum = state.object('sum', {
          create: () => ({ of: 0 }),
          snapshot: ({ of }) => Math.max(of, 0),
          restore: (of) => ({ of: Number(of) }),
        })
        return {
          process: ({ value }: Reading) => void (sum.get().of += value),
          onEnd(context) {
            for (const [, { of }] of sum.entries()) context.emit({ total: of })
          },
        }
      },
    },
    sumBase,
  ),
  mutant('takes any parameter', 'parameters', { parameters: schemaOf({ type: 'object' }) }),
  mutant('has another default than its schema says', 'parameters', {
    parameters: schemaOf({ type: 'object', properties }, 11),
  }),
  mutant('hands on copies and says that they are the same', 'same', {
    create: () => ({ process: (record: Reading) => ({ ...record }) }),
  }),
  mutant('reads a field that it does not name', 'reads', {
    create: () => ({ process: (record: Reading) => (record['name'] === 'a' ? record : undefined) }),
  }),
  mutant('emits a field that its shape does not name', 'shape', {
    shape: () => ({ out: ['value'] }),
  }),
  mutant('expects a field that it does not read', 'reads', { expects: () => ['values'] }),
  mutant(
    'absorbs records and never gives anything for them',
    'absorbs',
    { create: () => ({ process: () => undefined }) },
    sumBase,
  ),
  mutant(
    'keeps records to the end and does not say that it absorbs',
    'absorbs',
    { absorbs: false },
    sumBase,
  ),
  mutant('says that it absorbs and keeps nothing', 'absorbs', { keeps: 'nothing' }, sumBase),
  mutant(
    'changes its numbers before it has read all it needs',
    'failures',
    {
      create({ state }) {
        const counts = state.numbers('counts', { create: () => ({ records: 0, total: 0 }) })
        return {
          process(record: Reading) {
            const held = counts.get()
            held.records++
            held.total += record.value
          },
          onEnd: (context) => context.emit({ ...counts.get() }),
        }
      },
    },
    sumBase,
  ),
  mutant(
    'emits the same object again and again, and changes it',
    'output',
    {
      create() {
        const shared = { value: 0 }
        return { process: (record: Reading) => Object.assign(shared, { value: record.value }) }
      },
    },
    free,
  ),
]
