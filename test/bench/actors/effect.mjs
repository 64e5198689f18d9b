// Effect: a fiber that takes from a queue is the actor; a Deferred in the message is the answer.
import { createLoad } from './load.mjs'

export async function subject(peer) {
  const { Deferred, Effect, Fiber, Queue } = await peer('effect')
  const actor = (handle) =>
    Effect.gen(function* () {
      const queue = yield* Queue.unbounded()
      const loop = Effect.forever(Effect.flatMap(Queue.take(queue), handle))
      return { queue, fiber: yield* Effect.forkDetach(loop) }
    })
  const calling = (handle) => (message) => Effect.sync(() => handle(message))
  const interrupt = (actors) =>
    Effect.runPromise(Fiber.interruptAll(actors.map(({ fiber }) => fiber)))
  const spawnAll = async (total) => {
    const actors = []
    const started = createLoad()
    const make = Effect.gen(function* () {
      for (let index = 0; index < total; index++) {
        actors.push(yield* actor(() => Effect.void))
        started.count()
      }
    })
    await Effect.runPromise(make)
    return { actors, alive: started.handled }
  }
  const spawning = (total, siblings) => {
    const groups = []
    return {
      async run() {
        let made = 0
        for (; made < total; made += siblings) groups.push(await spawnAll(siblings))
        return made
      },
      after: () => Promise.all(groups.map(({ actors }) => interrupt(actors))),
    }
  }
  const answering = async () => {
    const load = createLoad()
    const { queue, fiber } = await Effect.runPromise(
      actor((reply) => {
        load.count()
        return Deferred.succeed(reply, 1)
      }),
    )
    return { load, queue, after: () => interrupt([{ fiber }]) }
  }
  return {
    async tell(total) {
      const load = createLoad()
      const actors = []
      for (const handle of load.handlers)
        actors.push(await Effect.runPromise(actor(calling(handle))))
      const send = Effect.gen(function* () {
        for (let sent = 0; sent < total;) {
          const end = Math.min(total, sent + 1000)
          const all = load.until(end)
          for (; sent < end; sent++) yield* Queue.offer(actors[sent & 7].queue, sent)
          yield* Effect.promise(() => all)
        }
        return load.handled()
      })
      return { run: () => Effect.runPromise(send), after: () => interrupt(actors) }
    },
    async 'ping-pong'(total) {
      const load = createLoad()
      let ping
      const pong = await Effect.runPromise(actor((left) => Queue.offer(ping.queue, left)))
      ping = await Effect.runPromise(
        actor((left) => {
          load.count()
          return left > 1 ? Queue.offer(pong.queue, left - 1) : Effect.void
        }),
      )
      return {
        async run() {
          const all = load.until(total)
          await Effect.runPromise(Queue.offer(pong.queue, total))
          await all
          return load.handled()
        },
        after: () => interrupt([ping, pong]),
      }
    },
    async 'ask-one'(total) {
      const { load, queue, after } = await answering()
      const run = Effect.gen(function* () {
        for (let number = 0; number < total; number++) {
          const reply = yield* Deferred.make()
          yield* Queue.offer(queue, reply)
          yield* Deferred.await(reply)
        }
        return load.handled()
      })
      return { run: () => Effect.runPromise(run), after }
    },
    async 'ask-many'(total) {
      const { load, queue, after } = await answering()
      const run = Effect.gen(function* () {
        for (let asked = 0; asked < total; asked += 1000) {
          const replies = []
          for (let index = 0; index < 1000; index++) {
            const reply = yield* Deferred.make()
            yield* Queue.offer(queue, reply)
            replies.push(reply)
          }
          for (const reply of replies) yield* Deferred.await(reply)
        }
        return load.handled()
      })
      return { run: () => Effect.runPromise(run), after }
    },
    'spawn-1000': (total) => spawning(total, 1000),
    'spawn-100000': (total) => spawning(total, 100_000),
    idle: spawnAll,
    async stop(total) {
      const load = createLoad()
      const sleeper = Effect.ensuring(
        Effect.sleep('1 hour'),
        Effect.sync(() => load.count()),
      )
      const fibers = await Effect.runPromise(
        Effect.gen(function* () {
          const forked = []
          for (let index = 0; index < total; index++) forked.push(yield* Effect.forkDetach(sleeper))
          return forked
        }),
      )
      await new Promise((resolve) => setTimeout(resolve, 200))
      return {
        async run() {
          await Effect.runPromise(Fiber.interruptAll(fibers))
          return load.handled()
        },
      }
    },
    async chain(total) {
      const load = createLoad()
      const actors = []
      for (let index = 0; index < total; index++) {
        actors.push(
          await Effect.runPromise(
            actor((message) => {
              load.count()
              return index + 1 < total ? Queue.offer(actors[index + 1].queue, message) : Effect.void
            }),
          ),
        )
      }
      return {
        async run() {
          const all = load.until(total)
          await Effect.runPromise(Queue.offer(actors[0].queue, 1))
          await all
          return load.handled()
        },
        after: () => interrupt(actors),
      }
    },
  }
}
