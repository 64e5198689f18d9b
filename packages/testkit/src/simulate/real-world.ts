import { AsyncLocalStorage, AsyncResource, createHook } from 'node:async_hooks'
import childProcess from 'node:child_process'
import nodeCrypto from 'node:crypto'
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

import { TST_REAL } from '../errors.ts'

/** Whoever must not touch the real world: an actor of a simulation in its turn. */
export interface Confined {
  readonly path: string
  /** Told what was touched, also when the error that is thrown there is caught. */
  touched(error: Error): void
  /** Decides on a fault that the code of the actor names. */
  buggify(name: string, odds: number): boolean
}

// Carries the actor over the awaits of its asynchronous handlers. Not exported: its type would be one of node's.
const scope = new AsyncLocalStorage<Confined>()

// The actor whose synchronous code runs now.
let current: Confined | undefined
let runs = 0
let restore: (() => void) | undefined

/** Who runs now; undefined outside of the turns of actors. */
export function confined(): Confined | undefined {
  return current ?? scope.getStore()
}

/** Runs a task as one actor, over all of its awaits. */
export type RunAs = <T>(task: () => T) => T

/** Makes what runs tasks as `who`. A scope for each task instead would cost as much as a turn. */
export function runnerFor(who: Confined): RunAs {
  const resource = scope.run(
    who,
    () => new AsyncResource('SIMULATEDACTOR', { requireManualDestroy: true }),
  )
  return (task) => resource.runInAsyncScope(task)
}

/** Whether the code that asks was started by the runner of `who`. */
export function runsAs(who: Confined): boolean {
  return scope.getStore() === who
}

/** From now on `who` runs; undefined when the turn is over. */
export function confine(who: Confined | undefined): void {
  current = who
}

/** Watches the doors to the real world until `leave` was called as often. */
export function enter(): void {
  if (runs++ === 0) restore = install()
}

export function leave(): void {
  if (--runs > 0) return
  restore?.()
  restore = undefined
}

/** Watches them for as long as `task` runs: once for all of its simulations, because it takes some tenths of a millisecond. */
export async function whileWatched<T>(task: () => Promise<T>): Promise<T> {
  enter()
  try {
    return await task()
  } finally {
    leave()
  }
}

function check(what: string, instead: string): void {
  const who = confined()
  if (who === undefined) return
  const error = TST_REAL({ what, path: who.path, instead })
  who.touched(error)
  throw error
}

const timers = 'context.timers, or the sleep of the simulation'
const clock = 'the now or monotonic of the runtime'
const chance = 'the random of the runtime'
const io = 'what the test hands to the actor'

function install(): () => void {
  const undo = [
    patch(globalThis, 'setTimeout', 'setTimeout', timers),
    patch(globalThis, 'setInterval', 'setInterval', timers),
    patch(globalThis, 'setImmediate', 'setImmediate', timers),
    patch(globalThis, 'fetch', 'fetch', io),
    patch(Math, 'random', 'Math.random', chance),
    patch(Date, 'now', 'Date.now', clock),
    patch(performance, 'now', 'performance.now', clock),
    patch(crypto, 'randomUUID', 'crypto.randomUUID', chance),
    patch(crypto, 'getRandomValues', 'crypto.getRandomValues', chance),
    patchDate(),
    // The inner one first: the outer one hands on what hangs on it.
    patch(process.hrtime, 'bigint', 'process.hrtime.bigint', clock),
    patch(process, 'hrtime', 'process.hrtime', clock),
    patch(process, 'uptime', 'process.uptime', clock),
    ...patchAll(nodeCrypto, 'crypto', chanceNames, chance),
    ...patchAll(fs, 'fs', ioNames, io),
    ...patchAll(childProcess, 'child_process', ioNames, io),
    watchResources(),
  ]
  // What was imported by name follows.
  syncBuiltinESMExports()
  return () => {
    for (const task of undo.toReversed()) task()
    syncBuiltinESMExports()
  }
}

const chanceNames = /^(random|getRandomValues|generateKey|generatePrime)/
// Not those on open files: whoever prints to the console uses them.
const ioNames = /^(?!f|closeSync|readv?Sync|writev?Sync).+Sync$/

/** Puts a check before those functions of a module of node that are named so. */
function patchAll(module: object, prefix: string, names: RegExp, instead: string): (() => void)[] {
  return Object.keys(module)
    .filter((name) => names.test(name) && Object.getOwnPropertyDescriptor(module, name)?.writable)
    .map((name) => patch(module, name, `${prefix}.${name}`, instead))
}

/** Puts a check before a function of the real world. */
function patch(holder: object, name: string, what: string, instead: string): () => void {
  const own = Object.getOwnPropertyDescriptor(holder, name)
  const real: unknown = Reflect.get(holder, name)
  if (typeof real !== 'function') return () => undefined
  const checked = function (this: unknown, ...args: unknown[]): unknown {
    check(what, instead)
    return Reflect.apply(real, this, args)
  }
  // What hangs on the function, such as the promisified form of a timer, stays.
  Object.setPrototypeOf(checked, real)
  Object.defineProperty(holder, name, { value: checked, configurable: true, writable: true })
  return () => {
    if (own === undefined) Reflect.deleteProperty(holder, name)
    else Object.defineProperty(holder, name, own)
  }
}

function patchDate(): () => void {
  const real = globalThis.Date
  globalThis.Date = new Proxy(real, {
    apply(target, self, args) {
      check('Date()', clock)
      return Reflect.apply(target, self, args)
    },
    construct(target, args, newTarget) {
      if (args.length === 0) check('new Date()', clock)
      return Reflect.construct(target, args, newTarget) as Date
    },
  })
  return () => {
    globalThis.Date = real
  }
}

const ioResource = /^(FSREQ|TCP|UDP|PIPE|GETADDRINFO|GETNAMEINFO|QUERY|PROCESSWRAP|WORKER|HTTP)/
// Of functions that were not reached through the globals, such as those of node:timers/promises.
const timerResource = /^(Timeout|Immediate|MESSAGEPORT)$/

/** Files, sockets, processes and timers are noticed when they are opened; an error thrown there would end the process. */
function watchResources(): () => void {
  const options = {
    // A promise is no door to the world, and watching each would cost more than the simulation.
    trackPromises: false,
    init(_id: number, type: string) {
      const isTimer = timerResource.test(type)
      if (!isTimer && !ioResource.test(type)) return
      const who = confined()
      if (who === undefined) return
      const what = `${isTimer ? 'A timer' : 'Input or output'} (${type})`
      who.touched(TST_REAL({ what, path: who.path, instead: isTimer ? timers : io }))
    },
  }
  const hook = createHook(options)
  hook.enable()
  return () => {
    hook.disable()
  }
}
