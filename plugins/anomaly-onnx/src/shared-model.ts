import { messageOf } from '@millrace/base'
import { ONNX_FAILED } from './errors.ts'
import { ModelProcess } from './model-process.ts'
import type { ModelFile, OpenedModel, Question } from './process-message.ts'

/** A model that answers all who have it open, one question after the other, in a process that is made anew when it had to be ended. */
export class SharedModel {
  readonly opened: OpenedModel
  readonly #place: ModelFile
  #process: ModelProcess
  /** Settles when all that was asked so far is done. */
  #last: Promise<unknown> = Promise.resolve()
  #isClosed = false

  private constructor(place: ModelFile, process: ModelProcess, opened: OpenedModel) {
    this.#place = place
    this.#process = process
    this.opened = opened
  }

  /** Rejects with why, where it is no model. */
  static async open(place: ModelFile): Promise<SharedModel> {
    const process = new ModelProcess(place)
    try {
      return new SharedModel(place, process, await process.opened)
    } catch (error) {
      await process.end()
      throw error
    }
  }

  /** Of the process that answers. */
  get pid(): number | undefined {
    return this.#process.pid
  }

  /**
   * The numbers of an output. Rejects with ONNX_FAILED where the model fails, and with the reason of `signal` as soon as that is aborted; what is computed for it then
   * ends with its process.
   */
  async ask(question: Question, signal: AbortSignal): Promise<Float32Array> {
    const before = this.#last
    const answer = this.#answer(before, question, signal)
    this.#last = Promise.allSettled([before, answer])
    return answer
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.#process.end()
  }

  async #answer(
    before: Promise<unknown>,
    question: Question,
    signal: AbortSignal,
  ): Promise<Float32Array> {
    await cut(before, signal)
    let process: ModelProcess | undefined
    try {
      // A process that begins is left to it: it would never be done where a start takes longer than anybody waits.
      process = await cut(this.#ready(), signal)
      return await cut(process.run(question), signal)
    } catch (error) {
      if (!signal.aborted) {
        throw ONNX_FAILED({ file: this.#place.file, fault: messageOf(error) }, {}, error)
      }
      await process?.end()
      throw error
    }
  }

  async #ready(): Promise<ModelProcess> {
    if (this.#process.isOver && !this.#isClosed) this.#process = new ModelProcess(this.#place)
    const process = this.#process
    const { id } = await process.opened
    if (id === this.opened.id) return process
    await process.end()
    throw new Error('the file is not what it was when the job began.')
  }
}

/** The same, but rejects with the reason of `signal` as soon as that is aborted. */
async function cut<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const end = Promise.withResolvers<never>()
  const abort = (): void => end.reject(signal.reason)
  signal.throwIfAborted()
  signal.addEventListener('abort', abort, { once: true })
  try {
    return await Promise.race([promise, end.promise])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
