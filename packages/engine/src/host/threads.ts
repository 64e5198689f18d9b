// Workers of Node, for stages that run in threads or processes of their own: ../threads says what they do.
// An entry of its own: a job without such stages loads nothing of it.
// The job's side is nodeWorkers, that of a worker nodeWorkerSide; both copy their messages.
// Functions are made of texts by node:vm: the shapes of records are data, and each has code of its own.
// Start with nodeWorkers.
import { compileFunction as compile } from 'node:vm'
import {
  MessageChannel,
  type MessagePort,
  parentPort,
  type TransferListItem,
  Worker,
  workerData,
} from 'node:worker_threads'
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
import { processSide } from './process-side.ts'
import { type Given, startProcess } from './start-process.ts'

/** Makes a function of its text. */
export const nodeCompile: Compile = (parameters, body) => compile(body, [...parameters])

/** Workers that run the module at the address `entry`, which asks `nodeWorkerSide` for `data`. */
export function nodeWorkers(entry: string, data: unknown): ThreadHost {
  return {
    start(places, pairs) {
      const peers = places.map((): Given['peers'][number][] => [])
      for (const [one, other] of pairs) {
        const { port1, port2 } = new MessageChannel()
        peers[one]?.push({ thread: other, port: port1 })
        peers[other]?.push({ thread: one, port: port2 })
      }
      return places.map((place, thread) => {
        const start = place === 'process' ? startProcess : startThread
        return start(entry, { thread, peers: peers[thread] ?? [], data })
      })
    },
  }
}

/** What this worker was given. */
export async function nodeWorkerSide(): Promise<{
  readonly side: ThreadSide
  readonly data: unknown
}> {
  if (parentPort === null) return processSide()
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
