import type { Batch, Key, Logger, RecordContext, StageScope } from '@millrace/sdk'
import { describe, expect, it } from 'vitest'
import { log, type LogParameters } from './log.ts'

type Scope = Parameters<typeof log.create>[0]

async function start(input: unknown) {
  const checked = log.parameters['~standard'].validate(input) as { value: LogParameters }
  const lines: string[] = []
  const write = (level: string) => (text: string) => void lines.push(`${level} ${text}`)
  const logger: Logger = {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
  }
  const scope: Partial<StageScope> & Pick<Scope, 'parameters' | 'expressions'> = {
    parameters: checked.value,
    expressions: { env: {}, functions: [], aggregates: [] },
    logger,
  }
  const stage = await log.create(scope as Scope)
  const fates: string[] = []
  const output = {
    pass: (index: number) => void fates.push(`pass ${index}`),
    emit: () => undefined,
    skip: () => undefined,
    reject: (index: number, code: string) => void fates.push(`reject ${index} ${code}`),
  }
  return { stage, lines, fates, output }
}

function batchOf(values: readonly unknown[]): Batch {
  return {
    length: values.length,
    value: (index) => values[index],
    timestamp: () => 0,
    watermark: () => 0,
    key: (): Key | undefined => undefined,
    origin: () => undefined,
  }
}

describe('log', () => {
  it('logs each record as JSON and passes all of them on', async () => {
    const { stage, lines, fates, output } = await start({})

    stage.processBatch?.(batchOf([{ a: 1 }, 'two']), output)

    expect(lines).toEqual(['info {"a":1}', 'info "two"'])
    expect(fates).toEqual(['pass 0', 'pass 1'])
  })

  it('fills its message and logs the first record and then every so many, across batches', async () => {
    const { stage, lines, output } = await start({ message: 'n is {n}', every: 3, level: 'warn' })

    stage.processBatch?.(batchOf([{ n: 0 }, { n: 1 }]), output)
    stage.processBatch?.(batchOf([{ n: 2 }, { n: 3 }]), output)

    expect(lines).toEqual(['warn n is 0', 'warn n is 3'])
  })

  it('shows at most 1,000 characters of a record', async () => {
    const { stage, lines, output } = await start({})

    stage.processBatch?.(batchOf(['x'.repeat(2000)]), output)

    expect(lines).toEqual([`info "${'x'.repeat(999)}…`])
  })

  it('rejects a record whose message cannot be made, in batches and one by one', async () => {
    const { stage, lines, fates, output } = await start({ message: '{n > "a"}' })
    const rejected: string[] = []
    const context: Partial<RecordContext> = {
      timestamp: 0,
      reject: (code: string) => void rejected.push(code),
    }

    stage.processBatch?.(batchOf([{ n: 1 }, { n: 'b' }]), output)
    const passed = stage.process?.({ n: 1 } as never, context as RecordContext)

    expect(passed).toBeUndefined()
    expect(fates.map((fate) => fate.replace(/EXP_\w+/, 'EXP'))).toEqual(['reject 0 EXP', 'pass 1'])
    expect(rejected).toHaveLength(1)
    expect(lines).toEqual(['info true'])
  })

  it('hands on the very record that came', async () => {
    const { stage } = await start({})
    const record = { a: 1 }

    const passed = stage.process?.(record as never, { timestamp: 0 } as RecordContext)

    expect(passed).toBe(record)
  })

  it('says which fields it looks at: those of the message, else all', () => {
    const base = { level: 'info', every: 1 } as const

    expect(log.reads?.({ ...base, message: '{a} and {b.c}' })).toEqual(['a', 'b.c'])
    expect(log.reads?.({ ...base, message: '{' })).toBeUndefined()
    expect(log.reads?.(base)).toBeUndefined()
    expect(log.expects?.({ ...base, message: '{a} of {coalesce(b, 0)}' })).toEqual(['a'])
    expect(log.expects?.(base)).toEqual([])
    expect(log.shape?.({ ...base }, { keys: [], fields: ['a'] })).toEqual({ out: ['a'] })
  })
})
