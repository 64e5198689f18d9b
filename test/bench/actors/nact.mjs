// nact: dispatch, query, spawn; a timer of Node per actor where timers are asked for.
import { anHourMs, askMeasures, createLoad, inBursts } from './load.mjs'

export async function subject(peer) {
  const { start, spawn, dispatch, query, stop } = await peer('nact')
  const spawnAll = async (total, siblings, load) => {
    const systems = []
    for (let made = 0; made < total; made += siblings) {
      const system = start()
      systems.push(system)
      // There is no start to wait for: an actor is there when spawn returns.
      for (let index = 0; index < siblings; index++) {
        spawn(system, (state) => state, `a${index}`)
        load.count()
      }
    }
    return { systems, alive: load.handled }
  }
  const spawning = (total, siblings) => {
    let systems
    return {
      async run() {
        const all = await spawnAll(total, siblings, createLoad())
        systems = all.systems
        return all.alive()
      },
      after: () => systems.forEach(stop),
    }
  }
  const answering = () => {
    const load = createLoad()
    const system = start()
    const actor = spawn(
      system,
      (state, message, context) => {
        load.count()
        dispatch(context.sender, 1)
        return state
      },
      'answers',
    )
    return { load, ask: () => query(actor, { key: 1 }, 10_000), after: () => stop(system) }
  }
  return {
    tell(total) {
      const load = createLoad()
      const system = start()
      const actors = load.handlers.map((handle, index) =>
        spawn(
          system,
          (state, number) => {
            handle(number)
            return state
          },
          `a${index}`,
        ),
      )
      return {
        run: () => inBursts(load, total, (number) => dispatch(actors[number & 7], number)),
        after: () => stop(system),
      }
    },
    'ping-pong'(total) {
      const load = createLoad()
      const system = start()
      const pong = spawn(system, (state, number) => (dispatch(ping, number), state), 'pong')
      const ping = spawn(
        system,
        (state, left) => {
          load.count()
          if (left > 1) dispatch(pong, left - 1)
          return state
        },
        'ping',
      )
      return {
        async run() {
          const all = load.until(total)
          dispatch(pong, total)
          await all
          return load.handled()
        },
        after: () => stop(system),
      }
    },
    ...askMeasures(answering),
    'spawn-1000': (total) => spawning(total, 1000),
    'spawn-100000': (total) => spawning(total, 100_000),
    idle: (total) => spawnAll(total, total, createLoad()),
    stop(total) {
      const system = start()
      const load = createLoad()
      const actors = Array.from({ length: total }, (_, index) => {
        const timer = setTimeout(() => {}, anHourMs)
        return spawn(system, (state) => state, `a${index}`, {
          afterStop() {
            clearTimeout(timer)
            load.count()
          },
        })
      })
      return {
        async run() {
          const all = load.until(total)
          // One by one: a system that is stopped leaves its actors running.
          for (const actor of actors) stop(actor)
          await all
          return load.handled()
        },
      }
    },
    chain(total) {
      const load = createLoad()
      const system = start()
      const actors = []
      for (let index = 0; index < total; index++) {
        actors.push(
          spawn(
            system,
            (state, message) => {
              load.count()
              if (index + 1 < total) dispatch(actors[index + 1], message)
              return state
            },
            `a${index}`,
          ),
        )
      }
      return {
        async run() {
          const all = load.until(total)
          dispatch(actors[0], 1)
          await all
          return load.handled()
        },
        after: () => stop(system),
      }
    },
  }
}
