// XState: actors of state machines, one assign per event; children through spawn.
import { anHourMs, createLoad } from './load.mjs'

export async function subject(peer) {
  const { assign, createActor, createMachine, sendParent, sendTo, setup, waitFor } =
    await peer('xstate')
  const counter = createMachine({
    context: { count: 0 },
    on: { ADD: { actions: assign({ count: ({ context }) => context.count + 1 }) } },
  })
  const newParent = () =>
    createActor(
      createMachine({
        context: { children: [] },
        on: {
          SPAWN: {
            actions: assign({
              children: ({ spawn, event }) =>
                Array.from({ length: event.count }, (_, index) =>
                  spawn(counter, { id: `a${index}` }),
                ),
            }),
          },
        },
      }),
    ).start()
  const isActive = (child) => child.getSnapshot().status === 'active'
  const spawnAll = (total, siblings) => {
    const parents = []
    for (let made = 0; made < total; made += siblings) {
      const parent = newParent()
      parent.send({ type: 'SPAWN', count: siblings })
      parents.push(parent)
    }
    const children = () => parents.flatMap((parent) => parent.getSnapshot().context.children)
    return { parents, children, alive: () => children().filter(isActive).length }
  }
  // Nothing is stopped afterwards: a parent that ends with a thousand children takes much longer than starting them.
  const spawning = (total, siblings) => ({ run: () => spawnAll(total, siblings).alive() })
  return {
    tell(total) {
      const actors = Array.from({ length: 8 }, () => createActor(counter).start())
      const event = { type: 'ADD' }
      return {
        run() {
          for (let number = 0; number < total; number++) actors[number & 7].send(event)
          return actors.reduce((sum, actor) => sum + actor.getSnapshot().context.count, 0)
        },
      }
    },
    'ping-pong'(total) {
      const child = setup({}).createMachine({
        on: { PING: { actions: sendParent({ type: 'PONG' }) } },
      })
      const ping = sendTo('child', { type: 'PING' })
      const parent = createActor(
        setup({ actors: { child } }).createMachine({
          context: { count: 0 },
          invoke: { src: 'child', id: 'child' },
          on: {
            GO: { actions: ping },
            PONG: [
              {
                guard: ({ context }) => context.count < total - 1,
                actions: [assign({ count: ({ context }) => context.count + 1 }), ping],
              },
              { actions: assign({ count: ({ context }) => context.count + 1 }) },
            ],
          },
        }),
      ).start()
      return {
        run() {
          parent.send({ type: 'GO' })
          return parent.getSnapshot().context.count
        },
      }
    },
    'ask-one'(total) {
      const actor = createActor(counter).start()
      const event = { type: 'ADD' }
      return {
        async run() {
          for (let number = 1; number <= total; number++) {
            actor.send(event)
            await waitFor(actor, ({ context }) => context.count >= number)
          }
          return actor.getSnapshot().context.count
        },
      }
    },
    'spawn-1000': (total) => spawning(total, 1000),
    'spawn-100000': (total) => spawning(total, 100_000),
    idle: (total) => spawnAll(total, total),
    stop(total) {
      const waiting = createMachine({
        initial: 'waiting',
        states: { waiting: { after: { [anHourMs]: 'over' } }, over: {} },
      })
      // Each on its own, the quickest way: a parent looks through all its children for each that ends.
      const actors = Array.from({ length: total }, () => createActor(waiting).start())
      return {
        run() {
          for (const actor of actors) actor.stop()
          return total - actors.filter(isActive).length
        },
      }
    },
    chain(total) {
      const load = createLoad()
      const actors = []
      for (let index = 0; index < total; index++) {
        const machine = createMachine({
          on: {
            HOP: {
              actions: ({ event }) => {
                load.count()
                if (index + 1 < total) actors[index + 1].send(event)
              },
            },
          },
        })
        actors.push(createActor(machine).start())
      }
      return {
        run() {
          actors[0].send({ type: 'HOP' })
          return load.handled()
        },
      }
    },
  }
}
