import { defineDetector, type Detector, type DetectorDefinition } from '@millrace/sdk'
import * as z from '@millrace/sdk/zod'
import { Judge, type JudgeOptions, type PointJudge, type Verdict } from '../judge/judge.ts'
import { ModelWindow, type ModelWindowData, type ModelWindowOptions } from './model-window.ts'

/** What a model said of a point. */
export interface Told {
  /** Of the model. */
  readonly id: string
  /** For people. */
  readonly name: string
  readonly raw: number
  readonly expected: readonly number[] | undefined
}

interface ModelJudgeData {
  readonly id: string
  readonly window: ModelWindowData
  readonly own: unknown
  readonly fallback: unknown
}

/** Says what it was told. */
class Telling implements Detector {
  readonly evidence: Detector['evidence'] = {}
  raw = Number.NaN

  score(): number {
    return this.raw
  }

  update(): number {
    return this.raw
  }

  snapshot(): null {
    return null
  }

  restore(): void {
    this.raw = Number.NaN
  }
}

/**
 * Judges the points of one key by what a model says of them; where it says nothing, by a detector, which learns all along; an alert of one is an alert of both. What was learnt of the
 * scores of a model is forgotten when there is another one.
 */
export class ModelJudge implements PointJudge {
  readonly window: ModelWindow
  readonly #telling = new Telling()
  readonly #create: () => Judge
  readonly #fallback: Judge
  readonly #spareName: string
  /** What the model has said of the point that is judged next; undefined: nothing. */
  told: Told | undefined
  #own: Judge
  /** The model that the scores are of; empty before the first. */
  #id = ''

  /** `options`: those of the detector, made anew with each call. */
  constructor(options: () => JudgeOptions, window: ModelWindowOptions) {
    this.window = new ModelWindow(window)
    this.#create = () => new Judge({ ...options(), definition: this.#definition(), parameters: {} })
    this.#own = this.#create()
    this.#fallback = new Judge(options())
    this.#spareName = options().definition.name
  }

  /** At most so many bytes has a snapshot. */
  static bytes(options: JudgeOptions, window: ModelWindowOptions): number {
    const own = Judge.bytes({ ...options, definition: { ...options.definition, bytes: () => 1 } })
    return 200 + ModelWindow.bytes(window) + own + Judge.bytes(options)
  }

  get isWarming(): boolean {
    return (this.#id === '' ? this.#fallback : this.#own).isWarming
  }

  judge(point: Float64Array, time: number, learn = true): Verdict {
    const { told } = this
    if (told !== undefined && told.id !== this.#id) {
      if (this.#id !== '') this.#own = this.#create()
      this.#id = told.id
    }
    this.#telling.raw = told?.raw ?? Number.NaN
    this.#telling.evidence.expected = told?.expected
    this.#telling.evidence.member = told?.name
    const verdict = this.#judgeBoth(point, time, learn)
    if (learn) this.window.learn(point)
    return verdict
  }

  #judgeBoth(point: Float64Array, time: number, learn: boolean): Verdict {
    if (this.told !== undefined) {
      const verdict = this.#own.judge(point, time, learn)
      this.#fallback.judge(point, time, learn, verdict)
      return verdict
    }
    const verdict = this.#fallback.judge(point, time, learn)
    this.#own.judge(point, time, learn, verdict)
    verdict.evidence.member ??= this.#spareName
    return verdict
  }

  pardon(time: number): boolean {
    const own = this.#own.pardon(time)
    return this.#fallback.pardon(time) || own
  }

  snapshot(): unknown {
    const data: ModelJudgeData = {
      id: this.#id,
      window: this.window.snapshot(),
      own: this.#own.snapshot(),
      fallback: this.#fallback.snapshot(),
    }
    return data
  }

  restore(data: unknown, isSameThreshold = true): void {
    const { fallback, id, own, window } = data as ModelJudgeData
    this.#id = id
    this.window.restore(window)
    this.#own.restore(own, isSameThreshold)
    this.#fallback.restore(fallback, isSameThreshold)
  }

  #definition(): DetectorDefinition {
    return defineDetector<unknown>({
      name: 'model',
      summary: 'What a model said.',
      parameters: z.strictObject({}),
      dimensions: 'any',
      bytes: () => 1,
      create: () => this.#telling,
    })
  }
}
