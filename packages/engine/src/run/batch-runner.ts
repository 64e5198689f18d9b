import { invariant } from '@millrace/base'
import type { RecordBatch } from './record-batch.ts'
import { NO_OUTPUT, type RecordRunner } from './record-runner.ts'
import type { StageParts } from './stage-parts.ts'
import { LATE, NOTHING, REJECTED, SKIPPED, StageView } from './stage-view.ts'

/** Runs many records through a stage's `processBatch` in one call, and gives each its fate. */
export class BatchRunner {
  readonly #parts: StageParts
  readonly #runner: RecordRunner
  readonly #view: StageView
  /** Whether a batch that fails may be taken again: what holds others back must fail before those behind it are touched. */
  readonly #mayFail: boolean

  constructor(parts: StageParts, runner: RecordRunner) {
    const { failures, outbox, spec } = parts
    const { main } = outbox
    invariant(main !== undefined, 'a stage has a main output')
    this.#parts = parts
    this.#runner = runner
    this.#view = new StageView(outbox, main, runner.current, runner.interner)
    // A stage that keeps nothing can take a batch again, record by record, as if nothing had happened.
    this.#mayFail = !failures.holds || spec.factory.traits.keeps === 'nothing'
  }

  /** Whether the stage takes records of an input in batches now: not where that, of several, has a handler of its own. */
  takes(input: string): boolean {
    const { hasTimers, instance, lot } = this.#runner
    // Timers fire between records: a stage with them takes its records one by one.
    const isFree = this.#mayFail && lot?.isEmpty !== false
    const isAlone = this.#parts.spec.inputs.length === 1 || instance.on?.[input] === undefined
    const hasOwn = instance.onBatch?.[input] !== undefined
    return isFree && !hasTimers && (hasOwn || (isAlone && instance.processBatch !== undefined))
  }

  /** Hands on records that the stage need not look at, for its tests want them, or it wants all; false where it must. */
  handOn(batch: RecordBatch, start: number, end: number, input: string): boolean {
    const { counter, outbox, spec } = this.#parts
    const runner = this.#runner
    const { emitter, instance, isKeyed } = runner
    const isFree = spec.inputs.length === 1 && !isKeyed && instance.onWatermark === undefined
    const isInTime = (batch.marks[start] as number) >= emitter.mark && outbox.main?.lagMs === 0
    const isWanted = batch.isTold || spec.handsOn === true
    if (!isWanted || !isFree || !isInTime) return false
    outbox.begin()
    outbox.main?.take(batch, start, end)
    counter.used += end - start
    runner.input = input
    for (let index = start; index < end; index++) {
      const timestamp = batch.timestamps[index] as number
      if (timestamp > runner.largest) runner.largest = timestamp
    }
    emitter.mark = batch.marks[end - 1] as number
    return true
  }

  /**
   * Runs records from `start` on, at most to `end`: how many it took; 0 after a throw, when they run again record by record.
   * `others`: the watermark of the stage's other inputs.
   */
  run(
    batch: RecordBatch,
    start: number,
    end: number,
    input: string,
    others: number,
  ): number | Promise<void> {
    const { failures, outbox, timers } = this.#parts
    const runner = this.#runner
    const view = this.#view
    const marks = { watermark: others, reached: runner.emitter.mark }
    const most = runner.sweep?.room(end - start) ?? end - start
    view.hold(batch, start, start + most, runner.keys.partsOf(input), marks)
    outbox.begin()
    timers.isInBatch = true
    let taken = view.length
    try {
      const { instance } = runner
      const own = instance.onBatch?.[input]
      const given = own === undefined ? instance.processBatch?.(view, view) : own(view, view)
      taken = given ?? taken
    } catch (error) {
      this.#takeBack()
      return runner.spoils(error) ? runner.rebuild() : 0
    } finally {
      timers.isInBatch = false
    }
    if (failures.holds && view.codes.length > 0) {
      this.#takeBack()
      return 0
    }
    runner.journal.forget()
    runner.sweep?.took(taken)
    this.#count(batch, start, taken, input)
    // What fires next comes after what these records emitted, also in event time.
    const mark = taken === 0 ? -Infinity : view.watermark(taken - 1)
    if (mark > runner.emitter.mark) runner.emitter.mark = mark
    view.release()
    return taken
  }

  #takeBack(): void {
    this.#parts.outbox.withdraw()
    this.#runner.journal.undo()
    this.#view.release()
  }

  #count(batch: RecordBatch, start: number, taken: number, input: string): void {
    const { counter, host, spec } = this.#parts
    const { codes, fates, reasons } = this.#view
    const { absorbs } = spec.factory.traits
    const runner = this.#runner
    let largest = runner.largest
    let silent = 0
    let used = 0
    for (let index = 0; index < taken; index++) {
      const timestamp = batch.timestamps[start + index] as number
      if (timestamp > largest) largest = timestamp
      const fate = fates[index]
      if (fate === NOTHING) silent++
      else if (fate === SKIPPED) counter.filter(reasons[index] ?? NO_OUTPUT)
      else if (fate === LATE) counter.late++
      else if (fate !== REJECTED) used++
    }
    runner.largest = largest
    counter.used += absorbs ? used + silent : used
    if (!absorbs && silent > 0) counter.filter(NO_OUTPUT, silent)
    runner.input = input
    runner.lateLetters()
    if (codes.length === 0) return
    for (let index = 0; index < taken; index++) {
      if (fates[index] !== REJECTED || host.over) continue
      runner.rejectAt(batch, start + index, input, codes[index] ?? '', reasons[index] ?? '')
    }
  }
}
