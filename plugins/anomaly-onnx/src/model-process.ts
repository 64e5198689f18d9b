import { type ChildProcess, fork } from 'node:child_process'
import type { Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import { messageOf } from '@millrace/base'
import type { Answer, ModelFile, OpenedModel, Question } from './process-message.ts'

/**
 * A process that computes a model. No thread of the job's own process: what is computed there cannot be stopped, and ending its thread meanwhile ends the
 * whole process. Asked one thing at a time.
 */
export class ModelProcess {
  /** Rejects with why, where it is no model. */
  readonly opened: Promise<OpenedModel>
  readonly #child: ChildProcess
  readonly #gone = Promise.withResolvers<void>()
  #asked: PromiseWithResolvers<Answer> | undefined
  /** Why it answers no more; undefined: it does. */
  #end: string | undefined

  constructor(place: ModelFile) {
    const entry = fileURLToPath(import.meta.resolve('@millrace/anomaly-onnx/process'))
    this.#child = fork(entry, [`model ${place.file}`], {
      serialization: 'advanced',
      // In a session of its own: Ctrl-C in a terminal is for the job.
      detached: true,
      // Stdout is the job's. Stdin carries nothing: it ends with this process.
      stdio: ['pipe', 2, 2, 'ipc'],
      // Flags of this process are not its own: with --eval it would run the same script.
      execArgv: [],
    })
    this.#child.on('message', (answer: Answer) => this.#asked?.resolve(answer))
    this.#child.once('error', (error) => this.#over(messageOf(error)))
    this.#child.once('exit', (code, signal) => {
      this.#over(`its process ended ${signal === null ? `with code ${code}` : `by ${signal}`}.`)
    })
    this.opened = this.#ask(place).then((answer) => (answer as { opened: OpenedModel }).opened)
    // Whoever waits for it hears of it.
    this.opened.catch(() => undefined)
  }

  /** Of the process. */
  get pid(): number | undefined {
    return this.#child.pid
  }

  get isOver(): boolean {
    return this.#end !== undefined
  }

  /** The numbers of an output. Rejects with why there are none. */
  async run(question: Question): Promise<Float32Array> {
    const answer = await this.#ask(question)
    return (answer as { values: Float32Array }).values
  }

  /** Ends it at once, whatever it computes. */
  async end(): Promise<void> {
    this.#hold(true)
    this.#child.kill('SIGKILL')
    await this.#gone.promise
  }

  async #ask(message: ModelFile | Question): Promise<Answer> {
    if (this.#end !== undefined) throw new Error(this.#end)
    const asked = (this.#asked = Promise.withResolvers<Answer>())
    this.#hold(true)
    // Without a callback it is an error of this process that the other one is no more.
    this.#child.send(message, () => {})
    const answer = await asked.promise
    this.#hold(false)
    if ('fault' in answer) throw new Error(answer.fault)
    return answer
  }

  #over(reason: string): void {
    this.#end ??= reason
    this.#asked?.resolve({ fault: this.#end })
    this.#gone.resolve()
  }

  /** It is for the sake of an answer only that this process goes on. */
  #hold(isHeld: boolean): void {
    const { channel, stdin } = this.#child
    for (const handle of [this.#child, channel, stdin as Socket | null]) {
      if (isHeld) handle?.ref()
      else handle?.unref()
    }
  }
}
