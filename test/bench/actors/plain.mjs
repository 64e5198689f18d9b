// No library: calls through a table, objects in a map, timers of Node.
import { anHourMs, createLoad, inBursts } from './load.mjs'

export const subject = () => ({
  tell(total) {
    const load = createLoad()
    const table = load.handlers
    return { run: () => inBursts(load, total, (number) => table[number & 7](number)) }
  },
  'ping-pong'(total) {
    const load = createLoad()
    const pong = () => load.count()
    const table = [(number) => table[1](number), pong]
    return {
      run() {
        for (let number = 0; number < total; number++) table[0](number)
        return load.handled()
      },
    }
  },
  'ask-one'(total) {
    const load = createLoad()
    const answer = async (number) => (load.count(), number)
    return {
      async run() {
        for (let number = 0; number < total; number++) await answer(number)
        return load.handled()
      },
    }
  },
  async 'ask-many'(total) {
    const load = createLoad()
    const answer = async (number) => (load.count(), number)
    return {
      async run() {
        for (let asked = 0; asked < total; asked += 1000) {
          await Promise.all(Array.from({ length: 1000 }, (_, index) => answer(index)))
        }
        return load.handled()
      },
    }
  },
  'spawn-1000': (total) => spawn(total, 1000),
  'spawn-100000': (total) => spawn(total, 100_000),
  idle(total) {
    const made = makeObjects(total)
    return { made, alive: () => made.size }
  },
  stop(total) {
    const timers = Array.from({ length: total }, () => setTimeout(() => {}, anHourMs))
    return {
      run() {
        let ended = 0
        for (const timer of timers) {
          clearTimeout(timer)
          ended++
        }
        return ended
      },
    }
  },
  chain(total) {
    const load = createLoad()
    const table = load.handlers
    return {
      run() {
        for (let hop = 0; hop < total; hop++) table[hop & 7](hop)
        return load.handled()
      },
    }
  },
})

function makeObjects(total) {
  const made = new Map()
  for (let index = 0; index < total; index++) {
    made.set(`a${index}`, { id: index, state: { count: 0 }, receive() {}, parent: made })
  }
  return made
}

function spawn(total, siblings) {
  return {
    run() {
      let made = 0
      for (; made < total; made += siblings) makeObjects(siblings)
      return made
    },
  }
}
