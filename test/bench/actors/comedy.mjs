// comedy: actors in memory, send and sendAndReceive, children of one actor; its handlers run side by side.
import { anHourMs, askMeasures, createLoad, inBursts } from './load.mjs'

export async function subject(peer) {
  const { createSystem } = await peer('comedy')
  // In its test mode it logs nothing and reads no file.
  const system = createSystem({ test: true })
  const root = await system.rootActor()
  /** Only an actor itself may have children, not a reference to it. */
  const newParent = async () => {
    const made = Promise.withResolvers()
    await root.createChild({ initialize: made.resolve })
    return made.promise
  }
  const spawnAll = async (total, siblings) => {
    const all = []
    for (let made = 0; made < total; made += siblings) {
      const parent = await newParent()
      const children = Array.from({ length: siblings }, () => parent.createChild({ message() {} }))
      all.push(...(await Promise.all(children)))
    }
    return { all, alive: () => all.filter((actor) => actor.getState() === 'ready').length }
  }
  const spawning = (total, siblings) => ({
    async run() {
      const { alive } = await spawnAll(total, siblings)
      return alive()
    },
  })
  return {
    async tell(total) {
      const load = createLoad()
      const actors = await Promise.all(
        load.handlers.map((message) => root.createChild({ message })),
      )
      return {
        run: () => inBursts(load, total, (number) => actors[number & 7].send('message', number)),
      }
    },
    async 'ping-pong'(total) {
      const load = createLoad()
      const pong = await root.createChild({ message: (left) => void ping.send('message', left) })
      const ping = await root.createChild({
        message(left) {
          load.count()
          if (left > 1) pong.send('message', left - 1)
        },
      })
      return {
        async run() {
          const all = load.until(total)
          pong.send('message', total)
          await all
          return load.handled()
        },
      }
    },
    ...askMeasures(async () => {
      const load = createLoad()
      const actor = await root.createChild({
        question() {
          load.count()
          return 1
        },
      })
      return { load, ask: () => actor.sendAndReceive('question', 1) }
    }),
    'spawn-1000': (total) => spawning(total, 1000),
    'spawn-100000': (total) => spawning(total, 100_000),
    idle: (total) => spawnAll(total, total),
    async stop(total) {
      let stopped = 0
      const parent = await newParent()
      const children = Array.from({ length: total }, () => {
        const timer = setTimeout(() => {}, anHourMs)
        return parent.createChild({
          destroy() {
            clearTimeout(timer)
            stopped++
          },
        })
      })
      await Promise.all(children)
      return {
        async run() {
          await parent.destroy()
          return stopped
        },
      }
    },
    async chain(total) {
      const load = createLoad()
      const actors = []
      const children = Array.from({ length: total }, (_, index) =>
        root.createChild({
          message(message) {
            load.count()
            actors[index + 1]?.send('message', message)
          },
        }),
      )
      actors.push(...(await Promise.all(children)))
      return {
        async run() {
          const all = load.until(total)
          actors[0].send('message', 1)
          await all
          return load.handled()
        },
      }
    },
  }
}
