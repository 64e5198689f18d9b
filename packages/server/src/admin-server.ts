import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { isIP } from 'node:net'
import { messageOf } from '@millrace/base'
import { type Address, isLoopback, parseAddress, renderAddress } from './address.ts'
import { answer } from './answer.ts'
import { SERVER_LISTEN } from './errors.ts'
import { EventLoopDelay } from './event-loop-delay.ts'
import type { ServedJob } from './served-job.ts'

/** Nobody needs more at once; more are turned away, so that a job has its files and memory for itself. */
const connectionsMax = 64
/** How long a request may take to come, ms. */
const requestTimeoutMs = 5000

/** Where a server listens, and whose it is. */
export interface AdminServerOptions {
  /** `HOST:PORT`, or a port, which is one of 127.0.0.1; port 0 is any that is free. */
  readonly address: string
  /** Name of the job. */
  readonly name: string
  /** Version of millrace, for the figures. */
  readonly version: string
}

/** A server of one job: `/health`, `/ready`, `/metrics` and at `/` the list of them. */
export interface AdminServer {
  /** Such as `http://127.0.0.1:9464`, with the port it got. */
  readonly url: string
  /** Whether others than this machine can reach it. */
  readonly isPublic: boolean
  /** From now on the answers are those of this job, which has started; until then it is starting. */
  attach(job: ServedJob): void
  /** Ends it at once, open connections too. */
  close(): void
}

/**
 * Listens at the address and nowhere else. Rejects with SERVER_ADDRESS where that is none, and with SERVER_LISTEN where nobody
 * can listen, such as at a port that is in use.
 */
export async function startAdminServer(options: AdminServerOptions): Promise<AdminServer> {
  const { name, version } = options
  const address = parseAddress(options.address)
  const delay = new EventLoopDelay()
  let job: ServedJob | undefined
  const server = createServer({ requestTimeout: requestTimeoutMs }, (request, response) => {
    const { method = '', url = '' } = request
    send(request, response, answer(method, url, { name, version, job, delay, nowMs: Date.now() }))
  })
  server.maxConnections = connectionsMax
  // What is asked must not keep a process alive whose job is done.
  server.on('connection', (socket) => void socket.unref())
  const { host, port } = await listening(server, address)
  const unwatch = delay.watch()
  return {
    url: `http://${renderAddress({ host: isIP(address.host) === 0 ? address.host : host, port })}`,
    isPublic: !isLoopback(host),
    attach(started) {
      job = started
    },
    close() {
      unwatch()
      server.close()
      server.closeAllConnections()
    },
  }
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  { body, status, type }: ReturnType<typeof answer>,
): void {
  // A body that nobody asked for is not waited for.
  request.resume()
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...(status === 405 ? { allow: 'GET, HEAD' } : {}),
  })
  response.end(request.method === 'HEAD' ? undefined : body)
}

/** Resolves to where it listens. */
function listening(server: Server, address: Address): Promise<Address> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(refusal(error, address)))
    server.listen({ ...address, exclusive: true }, () => {
      // The job needs no server; what breaks it later ends with it.
      server.on('error', () => {})
      server.unref()
      const bound = server.address()
      const { address: host, port } =
        typeof bound === 'object' && bound !== null
          ? bound
          : { address: address.host, port: address.port }
      resolve({ host, port })
    })
  })
}

function refusal(error: NodeJS.ErrnoException, address: Address): Error {
  const at = renderAddress(address)
  const [reason, hint] = reasonOf(error.code) ?? [
    messageOf(error),
    'Choose another address, such as 127.0.0.1:9464.',
  ]
  return SERVER_LISTEN({ address: at, reason, hint }, {}, error)
}

function reasonOf(code: string | undefined): readonly [reason: string, hint: string] | undefined {
  switch (code) {
    case 'EADDRINUSE':
      return [
        'the port is in use',
        'End the program that uses it, such as another run of the job, or choose another port; port 0 is any that is free.',
      ]
    case 'EACCES':
      return ['this user may not use the port', 'Choose a port from 1024 on.']
    case 'EADDRNOTAVAIL':
      return ['this machine has no such address', 'Choose one that it has, such as 127.0.0.1.']
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return ['no machine has that name', 'Choose an address of this machine, such as 127.0.0.1.']
    default:
      return undefined
  }
}
