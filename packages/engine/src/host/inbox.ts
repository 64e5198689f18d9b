/** Messages that wait until somebody listens. */
export class Inbox<M> {
  #waiting: M[] = []
  #take: (message: M) => void = (message) => void this.#waiting.push(message)

  put(message: M): void {
    this.#take(message)
  }

  listen(take: (message: M) => void): void {
    const waiting = this.#waiting
    this.#waiting = []
    this.#take = take
    for (const message of waiting) take(message)
  }
}
