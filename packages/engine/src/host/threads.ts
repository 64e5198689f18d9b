// Worker threads of Node, for stages that run in them: ../threads says what they do.
// An entry of its own: a job without such stages loads nothing of it.
// The job's side is nodeThreads, that of a worker nodeThreadSide; both copy their messages.
// Functions are made of texts by node:vm: the shapes of records are data, and each has code of its own.
// Start with nodeThreads.
import { compileFunction as compile } from 'node:vm'
import {
  MessageChannel,
  type MessagePort,
  parentPort,
  type TransferListItem,
  Worker,
  workerData,
} from 'node:worker_threads'
import { invariant } from '@millrace/base'
import type { LinkMessage } from '../threads/link-message.ts'
import type { Compile } from '../threads/row-code.ts'
import type {
  Channel,
  FromThread,
  Thread,
  ThreadEnd,
  ThreadHost,
  ThreadSide,
  ToThread,
} from '../threads/thread-message.ts'

interface Peer {
  readonly thread: number
  readonly port: MessagePort
}

interface Given {
  readonly thread: number
  readonly peers: readonly Peer[]
  readonly data: unknown
}

/** Makes a function of its text. */
export const nodeCompile: Compile = (parameters, body) => compile(body, [...parameters])

/** Threads that run the module at the address `entry`, which asks `nodeThreadSide` for `data`. */
export function nodeThreads(entry: string, data: unknown): ThreadHost {
  return {
    start(count, pairs) {
      const peers = Array.from({ length: count }, (): Peer[] => [])
      for (const [one, other] of pairs) {
        const { port1, port2 } = new MessageChannel()
        peers[one]?.push({ thread: other, port: port1 })
        peers[other]?.push({ thread: one, port: port2 })
      }
      return peers.map((own, thread) => startThread(entry, { thread, peers: own, data }))
    },
  }
}

/** What this worker thread was given. */
export function nodeThreadSide(): { readonly side: ThreadSide; readonly data: unknown } {
  invariant(parentPort !== null, 'This runs in a worker thread.')
  const { data, peers, thread } = workerData as Given
  const main = channelOf<FromThread, ToThread>(parentPort)
  const others = peers.map(({ port, thread: number }) => {
    return [number, channelOf<LinkMessage, LinkMessage>(port)] as const
  })
  return { side: { thread, main, peers: new Map(others) }, data }
}

function startThread(entry: string, given: Given): Thread {
  const ports: TransferListItem[] = given.peers.map(({ port }) => port)
  const worker = new Worker(new URL(entry), {
    workerData: given,
    transferList: ports,
    name: `millrace-${given.thread}`,
  })
  return {
    ...channelOf<ToThread, FromThread>(worker),
    onEnd(told: (end: ThreadEnd) => void) {
      worker.once('error', (error) => told({ error }))
      worker.once('exit', (exitCode) => told({ exitCode }))
    },
    async terminate() {
      await worker.terminate()
    },
  }
}

/** Messages that wait are kept until somebody listens. */
function channelOf<Out, In>(
  port: Pick<MessagePort, 'on' | 'postMessage'> | Worker,
): Channel<Out, In> {
  return {
    post: (message) => port.postMessage(message),
    listen: (take) => void port.on('message', take),
  }
}
