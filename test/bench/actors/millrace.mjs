// @millrace/core with everything on and nobody listening, on the runtime of Node.
import { createActorSystem } from '@millrace/core'
import { nodeRuntime } from '@millrace/engine/host'

import { anHourMs, askMeasures, createLoad, inBursts } from './load.mjs'

const newSystem = () => createActorSystem({ runtime: nodeRuntime })

export const subject = () => ({
  async tell(total) {
    const load = createLoad()
    const system = newSystem()
    const actors = load.handlers.map((receive, index) =>
      system.spawn({ id: `a${index}`, create: () => ({ receive }) }),
    )
    return {
      run: () => inBursts(load, total, (number) => actors[number & 7].tell(number)),
      after: () => system.stop(),
    }
  },
  'ping-pong'(total) {
    const load = createLoad()
    const system = newSystem()
    const pong = system.spawn({
      id: 'pong',
      create: () => ({ receive: (number) => ping.tell(number) }),
    })
    const ping = system.spawn({
      id: 'ping',
      create: () => ({
        receive(left) {
          load.count()
          if (left > 1) pong.tell(left - 1)
        },
      }),
    })
    return {
      async run() {
        const all = load.until(total)
        pong.tell(total)
        await all
        return load.handled()
      },
      after: () => system.stop(),
    }
  },
  ...askMeasures(answering),
  'spawn-1000': (total) => spawn(total, 1000),
  'spawn-100000': (total) => spawn(total, 100_000),
  async idle(total) {
    const { systems, started } = await spawnAll(total, total, createLoad())
    return { systems, alive: started }
  },
  async stop(total) {
    const system = newSystem()
    const load = createLoad()
    let ended = 0
    const onStop = () => void ended++
    const receive = () => {}
    for (let index = 0; index < total; index++) {
      system.spawn({
        id: `a${index}`,
        create(context) {
          context.timers.once('tick', anHourMs, 0)
          load.count()
          return { receive, onStop }
        },
      })
    }
    await load.until(total)
    return {
      async run() {
        await system.stop()
        return ended
      },
    }
  },
  async chain(total) {
    const load = createLoad()
    const system = newSystem()
    const actors = []
    for (let index = 0; index < total; index++) {
      const next = index + 1
      actors.push(
        system.spawn({
          id: `a${index}`,
          create: () => ({
            receive(message, context) {
              load.count()
              if (next < total) context.forward(actors[next], message)
            },
          }),
        }),
      )
    }
    await new Promise((resolve) => setTimeout(resolve, 100))
    return {
      async run() {
        const all = load.until(total)
        actors[0].tell(1)
        await all
        return load.handled()
      },
      after: () => system.stop(),
    }
  },
})

function answering() {
  const load = createLoad()
  const system = newSystem()
  const actor = system.spawn({
    id: 'answers',
    create: () => ({
      receive(question) {
        load.count()
        question.reply(1)
      },
    }),
  })
  const options = { timeoutMs: 10_000 }
  return {
    load,
    ask: () => actor.ask((reply) => ({ reply }), options),
    after: () => system.stop(),
  }
}

async function spawnAll(total, siblings, load) {
  const systems = []
  const receive = () => {}
  const create = () => {
    load.count()
    return { receive }
  }
  for (let made = 0; made < total; made += siblings) {
    const system = newSystem()
    systems.push(system)
    for (let index = 0; index < siblings; index++) system.spawn({ id: `a${index}`, create })
    await load.until(made + siblings)
  }
  return { systems, started: load.handled }
}

function spawn(total, siblings) {
  let systems
  return {
    async run() {
      const all = await spawnAll(total, siblings, createLoad())
      systems = all.systems
      return all.started()
    },
    after: () => Promise.all(systems.map((system) => system.stop())),
  }
}
