// The work that every subject does: eight different handlers that count what they handled, and someone who waits for the count.
export const burst = 1000
export const anHourMs = 3_600_000

export function createLoad() {
  const load = { handled: 0, sum: 0, target: -1, done: undefined }
  const count = () => {
    if (++load.handled === load.target) load.done()
  }
  const handlers = [
    (n) => {
      load.sum += n
      if (++load.handled === load.target) load.done()
    },
    (n) => {
      load.sum -= n
      if (++load.handled === load.target) load.done()
    },
    (n) => {
      load.sum ^= n
      if (++load.handled === load.target) load.done()
    },
    (n) => {
      load.sum |= n & 255
      if (++load.handled === load.target) load.done()
    },
    (n) => {
      load.sum = n
      if (++load.handled === load.target) load.done()
    },
    (n) => {
      load.sum += n * 2
      if (++load.handled === load.target) load.done()
    },
    (n) => {
      load.sum = (load.sum + 1) & n
      if (++load.handled === load.target) load.done()
    },
    (n) => {
      load.sum -= n >> 1
      if (++load.handled === load.target) load.done()
    },
  ]
  return {
    handlers,
    count,
    handled: () => load.handled,
    /** Resolves when `total` are handled; call it before the last one can be. */
    until: (total) =>
      new Promise((resolve) => {
        load.target = total
        load.done = resolve
        if (load.handled >= total) resolve()
      }),
  }
}

/** Sends `total` messages in bursts, each after the one before was handled. */
export async function inBursts(load, total, send) {
  for (let sent = 0; sent < total;) {
    const end = Math.min(total, sent + burst)
    const all = load.until(end)
    for (; sent < end; sent++) send(sent)
    await all
  }
  return load.handled()
}

/** The measures of questions: one after the other, and a thousand at a time; `answering` makes who is asked. */
export const askMeasures = (answering) => ({
  async 'ask-one'(total) {
    const { load, ask, after } = await answering()
    return {
      async run() {
        for (let number = 0; number < total; number++) await ask()
        return load.handled()
      },
      after,
    }
  },
  async 'ask-many'(total) {
    const { load, ask, after } = await answering()
    return {
      async run() {
        for (let asked = 0; asked < total; asked += 1000) {
          await Promise.all(Array.from({ length: 1000 }, ask))
        }
        return load.handled()
      },
      after,
    }
  },
})
