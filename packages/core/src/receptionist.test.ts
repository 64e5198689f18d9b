import fc from 'fast-check'
import { expect, it } from 'vitest'

import type { ActorRef } from './actor.ts'
import { createManualRuntime } from './manual-runtime.ts'
import { createReceptionist, defineServiceKey } from './receptionist.ts'
import { createRouter } from './routing/router.ts'
import { createActorSystem } from './system.ts'

const printers = defineServiceKey<string>('printers')
const workers = defineServiceKey<string>('workers')
const keys = [printers, workers]

function setUp() {
  const runtime = createManualRuntime()
  const system = createActorSystem({ runtime })
  const receptionist = createReceptionist(system)
  const start = (id: string): ActorRef<string> =>
    system.spawn<string>({ id, create: () => ({ receive() {} }) })
  const pushed: string[] = []
  const listen = (id: string): ActorRef<readonly string[]> =>
    system.spawn<readonly string[]>({
      id,
      create: () => ({ receive: (names) => void pushed.push(`${id}: ${names.join(' ')}`) }),
    })
  return { runtime, system, receptionist, start, listen, pushed }
}

const idsOf = (refs: readonly ActorRef<string>[]): string[] => refs.map(({ id }) => id)

it('listings equal a plain set of those registered and alive; each change is pushed once', () => {
  const actor = fc.nat(4)
  const step = fc.record({
    kind: fc.constantFrom('register', 'deregister', 'stop', 'crash'),
    actor,
    key: fc.nat(1),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const { runtime, system, receptionist } = setUp()
      const actors = Array.from({ length: 5 }, (_, index) =>
        system.spawn<string>({
          id: `a${index}`,
          restart: 'transient',
          create: () => ({
            receive() {
              throw new Error('crash')
            },
          }),
        }),
      )
      const pushed: string[] = []
      const listener = system.spawn<string>({
        id: 'listener',
        create: () => ({ receive: (listing) => void pushed.push(listing) }),
      })
      for (const key of keys) {
        receptionist.subscribe(key, listener, (listing) => [key.name, ...idsOf(listing)].join(' '))
      }
      runtime.runUntilIdle()
      const model = keys.map(() => new Set<string>())
      const alive = new Set(actors.map(({ id }) => id))
      const expected = ['printers', 'workers']
      let crashes = 0

      for (const { kind, actor, key } of steps) {
        const ref = actors[actor] as ActorRef<string>
        const before = model.map((set) => [...set].join(' '))
        if (kind === 'register') {
          receptionist.register(keys[key] ?? printers, ref)
          if (alive.has(ref.id)) model[key]?.add(ref.id)
        } else if (kind === 'deregister') {
          receptionist.deregister(keys[key] ?? printers, ref)
          model[key]?.delete(ref.id)
        } else if (kind === 'stop') {
          void ref.stop()
          alive.delete(ref.id)
          for (const set of model) set.delete(ref.id)
        } else if (crashes < 3 && alive.has(ref.id)) {
          // Within the budget a crash is a restart, which nobody notices.
          crashes++
          ref.tell('crash')
        }
        runtime.runUntilIdle()
        for (const [index, set] of model.entries()) {
          const now = [...set].join(' ')
          if (now !== before[index]) expected.push([keys[index]?.name, ...set].join(' '))
        }
      }

      expect(keys.map((key) => idsOf(receptionist.find(key)))).toEqual(model.map((set) => [...set]))
      expect(pushed).toEqual(expected)
    }),
    { numRuns: 200 },
  )
})

it('whoever stops is not found any more, before anyone is told', () => {
  const { runtime, system, receptionist, start } = setUp()
  const [a, b] = [start('a'), start('b')]
  receptionist.register(printers, a)
  receptionist.register(printers, b)
  runtime.runUntilIdle()
  const before = receptionist.find(printers)
  let atOnce: string[] = []
  system.events.on('stopped', () => {
    atOnce = idsOf(receptionist.find(printers))
  })

  void a.stop()
  runtime.runUntilIdle()

  expect(atOnce).toEqual(['b'])
  expect(idsOf(receptionist.find(printers))).toEqual(['b'])
  // What was found is a listing of its time.
  expect(idsOf(before)).toEqual(['a', 'b'])
})

it('a subscriber gets the listing at once and each change once, until it is taken off or ends', () => {
  const { runtime, receptionist, start, listen, pushed, system } = setUp()
  const deadLetters: unknown[] = []
  system.events.on('deadLetter', (letter) => deadLetters.push(letter))
  const [one, two] = [listen('one'), listen('two')]
  receptionist.register(printers, start('a'))
  receptionist.subscribe(printers, one, idsOf)
  receptionist.subscribe(printers, two, idsOf)
  receptionist.subscribe(workers, two, idsOf)

  receptionist.register(printers, start('b'))
  runtime.runUntilIdle()
  receptionist.unsubscribe(printers, one)
  void two.stop()
  runtime.runUntilIdle()
  receptionist.register(printers, start('c'))
  receptionist.subscribe(printers, two, idsOf)
  runtime.runUntilIdle()

  expect(pushed.toSorted()).toEqual(['one: a', 'one: a b', 'two: ', 'two: a', 'two: a b'])
  expect(deadLetters).toEqual([])
})

it('a second subscription of one actor to one key replaces the first', () => {
  const { runtime, receptionist, start, listen, pushed } = setUp()
  const one = listen('one')

  receptionist.subscribe(printers, one, idsOf)
  receptionist.subscribe(printers, one, (refs) => ['again', ...idsOf(refs)])
  receptionist.register(printers, start('a'))
  runtime.runUntilIdle()

  expect(pushed).toEqual(['one: ', 'one: again', 'one: again a'])
})

it('a make that throws is reported and disturbs nobody; one that registers leaves everyone with the newest', () => {
  const { runtime, receptionist, start, listen, pushed } = setUp()
  const [one, two, b] = [listen('one'), listen('two'), start('b')]
  receptionist.subscribe(printers, listen('bad'), () => {
    throw new Error('cannot make it')
  })
  receptionist.subscribe(printers, one, (refs) => {
    if (refs.length === 1) receptionist.register(printers, b)
    return idsOf(refs)
  })
  receptionist.subscribe(printers, two, idsOf)

  receptionist.register(printers, start('a'))

  for (let call = 1; call <= 3; call++) {
    expect(() => {
      runtime.runUntilIdle()
    }).toThrow('cannot make it')
  }
  runtime.runUntilIdle()
  expect(pushed.filter((each) => each.startsWith('two'))).toEqual(['two: ', 'two: a b'])
})

it('two keys of one name are two keys', () => {
  const { receptionist, start } = setUp()
  receptionist.register(printers, start('a'))

  expect(receptionist.find(defineServiceKey<string>('printers'))).toEqual([])
})

it('a router is found and ends like any actor', () => {
  const { runtime, receptionist, system } = setUp()
  const router = createRouter<string>(system, { id: 'router', route: 'random' })
  receptionist.register(printers, router)
  expect(receptionist.find(printers)).toEqual([router])

  void router.stop()
  runtime.runUntilIdle()

  expect(receptionist.find(printers)).toEqual([])
})
