import { type ChildProcess, fork } from 'node:child_process'
import type { MessagePort } from 'node:worker_threads'
import { fileURLToPath } from 'node:url'
import { MAIN } from '../threads/links.ts'
import type { FromThread, Thread } from '../threads/thread-message.ts'
import { Inbox } from './inbox.ts'
import { pack, type Parcel, unpack } from './parcel.ts'

/** What a worker is given at its start. */
export interface Given {
  readonly thread: number
  /** A port to each that it talks to. For a process that of the job keeps them, and passes on. */
  readonly peers: readonly { readonly thread: number; readonly port: MessagePort }[]
  readonly data: unknown
}

/** The same in a process. */
export interface GivenProcess extends Omit<Given, 'peers'> {
  readonly peers: readonly number[]
}

/** Starts a process that runs the module at the address `entry`. What it writes to stdout goes to stderr: stdout is the job's. */
export function startProcess(entry: string, { data, peers, thread }: Given): Thread {
  const child = fork(fileURLToPath(entry), [`millrace-${thread}`], {
    serialization: 'advanced',
    // In a session of its own: Ctrl-C in a terminal is for the job, which says what becomes of its processes.
    detached: true,
    stdio: ['ignore', 2, 2, 'ipc'],
  })
  keep(child)
  const inbox = new Inbox<FromThread>()
  const gone = Promise.withResolvers<void>()
  let thrown: Error | undefined
  const send = (peer: number, message: object): void => {
    const parcel = pack(peer, message)
    // Without a callback it is an error of the process of the job that the other one is no more.
    if (child.connected) child.send(parcel, () => {})
  }
  const given: GivenProcess = { thread, peers: peers.map((peer) => peer.thread), data }
  send(MAIN, given)
  const ports = new Map(peers.map(({ port, thread: number }) => [number, port]))
  for (const [number, port] of ports) {
    port.on('message', (message: object) => send(number, message))
    // It is not for their sake that the job goes on.
    port.unref()
  }
  child.on('message', (parcel) => {
    const { peer } = parcel as Parcel
    const message = unpack(parcel as Parcel)
    if (peer !== MAIN) ports.get(peer)?.postMessage(message)
    else if (message instanceof Error) thrown = message
    else inbox.put(message as FromThread)
  })
  child.once('error', () => gone.resolve())
  child.once('close', () => {
    for (const port of ports.values()) port.close()
    gone.resolve()
  })
  return {
    post: (message) => send(MAIN, message),
    listen: (take) => inbox.listen(take),
    onEnd(told) {
      child.once('error', (error) => told({ error }))
      // Behind all that it has said.
      child.once('close', (exitCode, signal) => {
        if (thrown !== undefined) told({ error: thrown })
        else told(signal === null ? { exitCode: exitCode ?? 0 } : { signal })
      })
    },
    async terminate() {
      child.kill('SIGKILL')
      await gone.promise
    },
  }
}

const kept = new Set<ChildProcess>()

/** One that computes does not hear that the process of the job ends: where that ends by itself, it ends this one, too. */
function keep(child: ChildProcess): void {
  if (kept.size === 0) process.on('exit', endAll)
  kept.add(child)
  child.once('close', () => {
    kept.delete(child)
    if (kept.size === 0) process.off('exit', endAll)
  })
}

function endAll(): void {
  for (const child of kept) child.kill('SIGKILL')
}
