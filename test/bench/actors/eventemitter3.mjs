// eventemitter3: one listener for each emitter; deferred by a microtask where a synchronous call would come back to itself.
import { anHourMs, askMeasures, createLoad, inBursts } from './load.mjs'

export async function subject(peer) {
  const { EventEmitter } = await peer('eventemitter3')
  const emitterOf = (listener) => new EventEmitter().on('message', listener)
  const spawnAll = (total) => {
    const emitters = Array.from({ length: total }, () => emitterOf(() => {}))
    return {
      emitters,
      alive: () => emitters.filter((made) => made.listenerCount('message') === 1).length,
    }
  }
  const spawning = (total, siblings) => ({
    run() {
      let made = 0
      while (made < total) made += spawnAll(siblings).alive()
      return made
    },
  })
  return {
    tell(total) {
      const load = createLoad()
      const emitters = load.handlers.map(emitterOf)
      return {
        run: () => inBursts(load, total, (number) => emitters[number & 7].emit('message', number)),
      }
    },
    'ping-pong'(total) {
      const load = createLoad()
      const pong = emitterOf((left) => queueMicrotask(() => ping.emit('message', left)))
      const ping = emitterOf((left) => {
        load.count()
        if (left > 1) queueMicrotask(() => pong.emit('message', left - 1))
      })
      return {
        async run() {
          const all = load.until(total)
          pong.emit('message', total)
          await all
          return load.handled()
        },
      }
    },
    ...askMeasures(() => {
      const load = createLoad()
      const answers = emitterOf(({ reply }) => {
        load.count()
        reply(1)
      })
      return { load, ask: () => new Promise((reply) => void answers.emit('message', { reply })) }
    }),
    'spawn-1000': (total) => spawning(total, 1000),
    'spawn-100000': (total) => spawning(total, 100_000),
    idle: spawnAll,
    stop(total) {
      const all = Array.from({ length: total }, () => {
        const timer = setTimeout(() => {}, anHourMs)
        return emitterOf(() => {}).once('stop', () => clearTimeout(timer))
      })
      return {
        run() {
          for (const each of all) {
            each.emit('stop')
            each.removeAllListeners()
          }
          return all.filter((each) => each.eventNames().length === 0).length
        },
      }
    },
    chain(total) {
      const load = createLoad()
      const emitters = Array.from({ length: total }, (_, index) =>
        emitterOf((message) => {
          load.count()
          emitters[index + 1]?.emit('message', message)
        }),
      )
      return {
        run() {
          emitters[0].emit('message', 1)
          return load.handled()
        },
      }
    },
  }
}
