import { invariant, messageOf } from '@millrace/base'
import type { LinkMessage } from '../threads/link-message.ts'
import { MAIN } from '../threads/links.ts'
import type { Channel, ThreadSide, ToThread } from '../threads/thread-message.ts'
import { Inbox } from './inbox.ts'
import { pack, type Parcel, unpack } from './parcel.ts'
import type { GivenProcess } from './start-process.ts'

/** What this worker process was given. It ends with the process of the job, however that ends: at once, or when what it computes gives it a turn. */
export function processSide(): Promise<{ readonly side: ThreadSide; readonly data: unknown }> {
  const send = process.send?.bind(process)
  invariant(send !== undefined, 'This runs in a process that a job has started.')
  // What runs here is not to take itself for somebody's child.
  delete process.send
  const post = (peer: number, message: object, posted?: () => void): void => {
    send(pack(peer, message), posted ?? (() => {}))
  }
  // The job says when it is over.
  process.on('SIGINT', () => {}).on('SIGTERM', () => {})
  process.once('disconnect', () => process.exit())
  process.once('uncaughtException', (error) => {
    post(MAIN, Object.assign(new Error(messageOf(error)), { stack: stackOf(error) }), () =>
      process.exit(1),
    )
  })
  return new Promise((resolve) => {
    const main = new Inbox<ToThread>()
    const peers = new Map<number, Inbox<LinkMessage>>()
    const channel = <M>(peer: number, inbox: Inbox<M>): Channel<object, M> => ({
      post: (message) => post(peer, message),
      listen: (take) => inbox.listen(take),
    })
    const begin = ({ data, peers: numbers, thread }: GivenProcess): void => {
      for (const number of numbers) peers.set(number, new Inbox())
      const others = [...peers].map(([number, inbox]) => [number, channel(number, inbox)] as const)
      resolve({ side: { thread, main: channel(MAIN, main), peers: new Map(others) }, data })
    }
    let hasBegun = false
    process.on('message', (parcel) => {
      const { peer } = parcel as Parcel
      const message = unpack(parcel as Parcel)
      if (!hasBegun) begin(message as GivenProcess)
      else if (peer === MAIN) main.put(message as ToThread)
      else peers.get(peer)?.put(message as LinkMessage)
      hasBegun = true
    })
  })
}

function stackOf(error: unknown): string | undefined {
  return error instanceof Error ? error.stack : undefined
}
