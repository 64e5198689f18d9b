// RxJS: Subjects; deferred by asapScheduler where a synchronous call would come back to itself.
import { anHourMs, askMeasures, createLoad, inBursts } from './load.mjs'

export async function subject(peer) {
  const { asapScheduler, firstValueFrom, observeOn, Subject, timer } = await peer('rxjs')
  const spawnAll = (total) => {
    const subjects = []
    for (let index = 0; index < total; index++) {
      const made = new Subject()
      made.subscribe(() => {})
      subjects.push(made)
    }
    return { subjects, alive: () => subjects.filter((made) => made.observed).length }
  }
  const spawning = (total, siblings) => ({
    run() {
      let made = 0
      while (made < total) made += spawnAll(siblings).alive()
      return made
    },
  })
  const answering = () => {
    const load = createLoad()
    const requests = new Subject()
    requests.subscribe((question) => {
      load.count()
      question.reply.next(1)
    })
    const ask = () => {
      const reply = new Subject()
      const answer = firstValueFrom(reply)
      requests.next({ reply })
      return answer
    }
    return { load, ask }
  }
  return {
    tell(total) {
      const load = createLoad()
      const subjects = load.handlers.map((handle) => {
        const made = new Subject()
        made.subscribe(handle)
        return made
      })
      return { run: () => inBursts(load, total, (number) => subjects[number & 7].next(number)) }
    },
    'ping-pong'(total) {
      const load = createLoad()
      const [ping, pong] = [new Subject(), new Subject()]
      pong.pipe(observeOn(asapScheduler)).subscribe((left) => ping.next(left))
      ping.pipe(observeOn(asapScheduler)).subscribe((left) => {
        load.count()
        if (left > 1) pong.next(left - 1)
      })
      return {
        async run() {
          const all = load.until(total)
          pong.next(total)
          await all
          return load.handled()
        },
      }
    },
    ...askMeasures(answering),
    'spawn-1000': (total) => spawning(total, 1000),
    'spawn-100000': (total) => spawning(total, 100_000),
    idle: spawnAll,
    stop(total) {
      const subscriptions = Array.from({ length: total }, () => timer(anHourMs).subscribe())
      return {
        run() {
          for (const subscription of subscriptions) subscription.unsubscribe()
          return subscriptions.filter((subscription) => subscription.closed).length
        },
      }
    },
    chain(total) {
      const load = createLoad()
      const subjects = Array.from({ length: total }, () => new Subject())
      for (const [index, made] of subjects.entries()) {
        made.subscribe((message) => {
          load.count()
          subjects[index + 1]?.next(message)
        })
      }
      return {
        run() {
          subjects[0].next(1)
          return load.handled()
        },
      }
    },
  }
}
