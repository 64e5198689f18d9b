import { createRandom, type Runtime } from '@millrace/base'
import {
  type BatchOutput,
  type OutputHandle,
  type ProcessBatch,
  type RecordContext,
  type StageContext,
  type StageDefinition,
  type StageInstance,
  type StageScope,
  type StateScope,
  type TimerContext,
} from '@millrace/sdk'

/** What a watched stage did beside its results. */
export class Watch {
  /** Lines it logged. */
  readonly lines: string[] = []
  /** Why what it told of its records cannot be true; the first reason only. */
  fault: string | undefined
  /** Emissions with no record in hand, outside of hooks, or after its end. */
  stray = 0
  /** Emissions of hooks: `onTimer`, `onWatermark`, `onFlush` and `onEnd`. */
  ofHooks = 0
  /** Records that `process` failed. */
  readonly failed = new Set<unknown>()
  /** Records that fail before the stage sees them. */
  refused: ReadonlySet<unknown> = new Set()
  /** It asked for chance. */
  isRandom = false
  /** Records it was handed so far. */
  seen = 0
  busy = false
  /** Timers of the job that were not canceled and are not over. */
  readonly timers = new Set<() => void>()

  accuse(fault: string): void {
    this.fault ??= fault
  }
}

type Create<P> = StageDefinition<P>['create']

/**
 * The same stage under a watch: with a random source and a clock that repeat themselves, and a new instance in place of the
 * old one before each record whose number is in `replaceAt`. All instances have the same state.
 */
export function watchedStage<P>(
  definition: StageDefinition<P>,
  watch: Watch,
  replaceAt: readonly number[],
): StageDefinition<P> {
  const create: Create<P> = async (scope) => {
    const around = { ...scope, ...surroundings(scope, watch), state: sharedState(scope.state) }
    const instances: StageInstance[] = []
    for (let count = 0; count <= replaceAt.length; count++) {
      instances.push(await definition.create(around))
    }
    return wrap(
      instances,
      watch,
      replaceAt.toSorted((a, b) => a - b),
      scope.inputs,
    )
  }
  return { ...definition, create }
}

function surroundings(scope: StageScope, watch: Watch): Partial<StageScope> {
  const line = (level: string) => (text: string) => void watch.lines.push(`${level} ${text}`)
  const timer: Runtime['timer'] = (delayMs, task) => {
    const cancel = scope.timer(delayMs, () => {
      watch.timers.delete(task)
      task()
    })
    watch.timers.add(task)
    return () => {
      watch.timers.delete(task)
      cancel()
    }
  }
  const handles = Object.entries(scope.outputs).map(([name, handle]): [string, OutputHandle] => [
    name,
    {
      isRead: handle.isRead,
      emit(value, options) {
        if (!watch.busy) watch.stray++
        handle.emit(value, options)
      },
    },
  ])
  const chance = createRandom(1)
  return {
    timer,
    random() {
      watch.isRandom = true
      return chance()
    },
    clock: { now: () => 1_000_000_000_000, monotonic: () => 0 },
    logger: { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') },
    outputs: Object.fromEntries(handles),
  }
}

/** State handles that several instances may ask for: the first to ask makes them. */
function sharedState(state: StateScope): StateScope {
  const made = new Map<string, unknown>()
  const once = <S>(name: string, make: () => S): S => {
    if (!made.has(name)) made.set(name, make())
    return made.get(name) as S
  }
  return {
    slot: () => state.slot(),
    value: (name, options) => once(name, () => state.value(name, options)),
    map: (name, options) => once(name, () => state.map(name, options)),
    list: (name, options) => once(name, () => state.list(name, options)),
    object: (name, options) => once(name, () => state.object(name, options)),
    numbers: (name, options) => once(name, () => state.numbers(name, options)),
    panes: (name, options) => once(name, () => state.panes(name, options)),
    spans: (name, options) => once(name, () => state.spans(name, options)),
    ordered: (name, options) => once(name, () => state.ordered(name, options)),
    // No handle is named like these.
    namespace: (name) => once(`${name}/`, () => sharedState(state.namespace(name))),
    global: () => once(':', () => sharedState(state.global())),
  }
}

type Plain = (record: unknown, context: RecordContext) => unknown

function wrap(
  instances: readonly StageInstance[],
  watch: Watch,
  replaceAt: readonly number[],
  inputs: readonly string[],
): StageInstance {
  const current = (): StageInstance => {
    const index = replaceAt.filter((number) => number <= watch.seen).length
    return instances[index] as StageInstance
  }
  const taker =
    (input: string): Plain =>
    (record, context) => {
      if (watch.refused.has(record)) throw new Error('Refused by the test.')
      const instance = current()
      watch.seen++
      const own = instance.on?.[input]
      const handler = (own ?? instance.process) as Plain
      return handler.call(own === undefined ? instance : instance.on, record, context)
    }
  const first = instances[0] as StageInstance
  const handlers = inputs.map((input): [string, Plain] => {
    const kind = (first.on?.[input] ?? first.process)?.constructor.name
    return [input, processOf(kind, taker(input), watch)]
  })
  const made: StageInstance = { on: Object.fromEntries(handlers) }
  const inBatches =
    (take: (instance: StageInstance) => ProcessBatch | undefined): ProcessBatch =>
    (batch, output) => {
      const instance = current()
      watch.busy = true
      const checked = checkedOutput(output, batch.length, watch)
      const { seen } = watch
      try {
        const taken = take(instance)?.(batch, checked) ?? batch.length
        watch.seen = seen + taken
        return taken
      } finally {
        watch.busy = false
      }
    }
  if (first.processBatch !== undefined) {
    made.processBatch = inBatches((instance) => instance.processBatch?.bind(instance))
  }
  if (first.onBatch !== undefined) {
    made.onBatch = Object.fromEntries(
      Object.keys(first.onBatch).map((input) => [
        input,
        inBatches(({ onBatch }) => onBatch?.[input]?.bind(onBatch)),
      ]),
    )
  }
  const inHook = <T>(run: () => T): T => {
    watch.busy = true
    const done = (): void => void (watch.busy = false)
    const result = run()
    if (result instanceof Promise) void result.catch(() => undefined).finally(done)
    else done()
    return result
  }
  const hook = (context: StageContext): StageContext => ({
    get watermark() {
      return context.watermark
    },
    signal: context.signal,
    emit(value, options) {
      if (watch.busy) watch.ofHooks++
      else watch.stray++
      context.emit(value, options)
    },
    fail: (held, thrown) => context.fail(held, thrown),
  })
  const timerHook = (context: TimerContext): TimerContext => ({
    get watermark() {
      return context.watermark
    },
    get key() {
      return context.key
    },
    signal: context.signal,
    emit: (value, options) => hook(context).emit(value, options),
    fail: (held, thrown) => context.fail(held, thrown),
  })
  if (first.onTimer !== undefined) {
    made.onTimer = (timer, context) => inHook(() => current().onTimer?.(timer, timerHook(context)))
  }
  if (first.onWatermark !== undefined) {
    made.onWatermark = (mark, context) => inHook(() => current().onWatermark?.(mark, hook(context)))
  }
  if (first.onFlush !== undefined) {
    made.onFlush = (context) => inHook(() => current().onFlush?.(hook(context)))
  }
  if (first.onEnd !== undefined) {
    made.onEnd = (context) => inHook(() => current().onEnd?.(hook(context)))
  }
  made.open = async () => {
    for (const instance of instances) await instance.open?.()
  }
  made.close = async () => {
    for (const instance of instances) await instance.close?.()
  }
  return made
}

/** A handler of the same kind: the engine tells them apart by their constructor. */
function processOf(kind: string | undefined, take: Plain, watch: Watch): Plain {
  const guard = (record: unknown, context: RecordContext): CheckedContext => {
    watch.busy = true
    return checkedContext(record, context, watch)
  }
  const fail = (record: unknown): void => void watch.failed.add(record)
  const done = (): void => void (watch.busy = false)
  if (kind === 'GeneratorFunction') {
    return function* (record, context) {
      const checked = guard(record, context)
      try {
        for (const value of take(record, checked) as Iterable<unknown>) yield checked.gave(value)
      } catch (error) {
        fail(record)
        throw error
      } finally {
        done()
      }
    }
  }
  if (kind === 'AsyncGeneratorFunction') {
    return async function* (record, context) {
      const checked = guard(record, context)
      try {
        const values = take(record, checked) as AsyncIterable<unknown>
        for await (const value of values) yield checked.gave(value)
      } catch (error) {
        fail(record)
        throw error
      } finally {
        done()
      }
    }
  }
  return (record, context) => {
    const checked = guard(record, context)
    let result: unknown
    try {
      result = take(record, checked)
    } catch (error) {
      fail(record)
      done()
      throw error
    }
    if (result instanceof Promise) {
      result.catch(() => fail(record))
      return result.then((value: unknown) => checked.gave(value)).finally(done)
    }
    done()
    return checked.gave(result)
  }
}

/** What a handler may do, and what is told of its results. */
interface CheckedContext extends RecordContext {
  gave<T>(result: T): T
}

function checkedContext(record: unknown, context: RecordContext, watch: Watch): CheckedContext {
  let isSkipped = false
  let isEmitted = false
  const both = (): void => {
    if (isSkipped && isEmitted) watch.accuse('It skipped a record and emitted for it as well.')
  }
  return {
    get timestamp() {
      return context.timestamp
    },
    get key() {
      return context.key
    },
    get watermark() {
      return context.watermark
    },
    get signal() {
      return context.signal
    },
    emit(value, options) {
      if (!watch.busy) watch.stray++
      isEmitted = true
      both()
      context.emit(value, options)
    },
    gave(result) {
      if (result !== undefined) isEmitted = true
      both()
      return result
    },
    reject(code, message) {
      watch.failed.add(record)
      context.reject(code, message)
    },
    skip(reason) {
      isSkipped = true
      both()
      context.skip(reason)
    },
    exit(reason, value) {
      isEmitted = true
      both()
      context.exit(reason, value)
    },
  }
}

function checkedOutput(output: BatchOutput, length: number, watch: Watch): BatchOutput {
  const fates: ('emitted' | 'skipped')[] = []
  const give = (index: number, fate: 'emitted' | 'skipped'): void => {
    if (!watch.busy) watch.stray++
    if (!Number.isInteger(index) || index < 0 || index >= length) {
      watch.accuse(`It spoke of record ${index} in a batch of ${length}.`)
    } else if ((fates[index] ??= fate) !== fate) {
      watch.accuse('It skipped a record and emitted for it as well.')
    }
  }
  return {
    pass(index) {
      give(index, 'emitted')
      output.pass(index)
    },
    emit(index, value, name, timestamp) {
      give(index, 'emitted')
      output.emit(index, value, name, timestamp)
    },
    skip(index, reason) {
      give(index, 'skipped')
      output.skip(index, reason)
    },
    reject: (index, code, message) => output.reject(index, code, message),
  }
}
