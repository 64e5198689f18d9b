/** The one promise a cell waits for, of `create`, `receive` or `onStop`. What settles after it was given up is ignored. */
export class Pending {
  #promise: Promise<unknown> | undefined
  #whenIdle: (() => void) | undefined

  wait<T>(promise: Promise<T>, then: (value: T) => void, fail: (error: unknown) => void): void {
    this.#promise = promise
    const settle = (next: () => void): void => {
      if (this.#promise !== promise) return
      this.#promise = undefined
      next()
      this.#runWhenIdle()
    }
    void promise.then(
      (value) =>
        settle(() => {
          then(value)
        }),
      (error: unknown) =>
        settle(() => {
          fail(error)
        }),
    )
  }

  /** Runs `task` once nothing is waited for: now, or after the promise has settled and its outcome was handled. */
  whenIdle(task: () => void): void {
    this.#whenIdle = task
    this.#runWhenIdle()
  }

  /** Forgets the promise and whoever waits for it. */
  giveUp(): void {
    this.#promise = undefined
    this.#whenIdle = undefined
  }

  #runWhenIdle(): void {
    if (this.#promise !== undefined) return
    const task = this.#whenIdle
    this.#whenIdle = undefined
    task?.()
  }
}
