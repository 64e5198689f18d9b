import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isMillraceError, messageOf, MillraceError } from '@millrace/base'
import { JOB_CONTROL } from '../errors.ts'
import type { Progress, Resized } from '@millrace/engine'
import type { WrittenState } from './state-file.ts'

/** What a running job does when it is asked from outside. */
export interface Controlled {
  stop(): unknown
  progress(): Progress
  resize(stage: string, workers: number): Promise<Resized>
  savepoint(file: string): Promise<WrittenState>
}

/** What is said of a running job. */
export interface RunningStatus {
  readonly pid: number
  readonly state: Progress['state']
  readonly elapsedMs: number
  readonly read: number
  /** Of the input, read so far, and all of it; absent where its size is not known. */
  readonly bytes?: number | undefined
  readonly bytesTotal?: number | undefined
  /** How many workers there are of the stages that say `parallel`, by id; absent: no stage does. */
  readonly workers?: Readonly<Record<string, number>> | undefined
}

type Request =
  | { readonly ask: 'stop' | 'status' }
  | { readonly ask: 'savepoint'; readonly file: string }
  | { readonly ask: 'resize'; readonly stage: string; readonly workers: number }

/** What each request is answered with. */
interface Done {
  readonly stop: null
  readonly status: RunningStatus
  readonly savepoint: WrittenState
  readonly resize: Resized
}

type Answer<Ask extends keyof Done = keyof Done> =
  | { readonly done: Done[Ask] }
  | { readonly error: { readonly code: string; readonly message: string; readonly hint: string } }

/** Beside the state: where the process that holds it listens. */
const ADDRESS = 'control.json'
/** Systems take no longer paths for sockets. */
const PATH_BYTES_MAX = 100

/** Listens for requests in the state directory of a running job. Resolves to what ends that. */
export async function serveControl(dir: string, job: Controlled): Promise<() => Promise<void>> {
  const { folder, path } = await placeOfSocket(dir)
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    serve(socket, job)
  })
  await listening(server, path)
  // Nobody else on the machine may stop the job.
  if (process.platform !== 'win32') await chmod(path, 0o600)
  server.unref()
  await writeFile(join(dir, ADDRESS), `${JSON.stringify({ path, pid: process.pid })}\n`)
  return async () => {
    await rm(join(dir, ADDRESS), { force: true })
    const closed = new Promise((resolve) => {
      server.close(resolve)
    })
    for (const socket of sockets) socket.unref()
    await Promise.race([closed, new Promise(setImmediate)])
    if (folder !== undefined) await rm(folder, { recursive: true, force: true })
  }
}

/** Asks whoever runs a job how it goes; undefined: nobody does. Rejects with JOB_CONTROL. */
export async function askStatus(dir: string): Promise<RunningStatus | undefined> {
  return ask(dir, { ask: 'status' })
}

/** Asks whoever runs a job to stop; whether there is somebody. Rejects with JOB_CONTROL. */
export async function askToStop(dir: string): Promise<boolean> {
  return (await ask(dir, { ask: 'stop' })) !== undefined
}

/**
 * Asks whoever runs a job for a checkpoint now, in a file of its own; undefined: nobody runs it. Rejects with the error of the job, and
 * with JOB_CONTROL.
 */
export async function askForSavepoint(
  dir: string,
  file: string,
): Promise<WrittenState | undefined> {
  return ask(dir, { ask: 'savepoint', file })
}

/**
 * Asks whoever runs a job for another number of workers of a stage; undefined: nobody runs it. Rejects with the error of the job, and with
 * JOB_CONTROL.
 */
export async function askToResize(
  dir: string,
  stage: string,
  workers: number,
): Promise<Resized | undefined> {
  return ask(dir, { ask: 'resize', stage, workers })
}

/** The answer of the process that runs a job; undefined where none listens. */
async function ask<Ask extends keyof Done>(
  dir: string,
  request: Request & { readonly ask: Ask },
): Promise<Done[Ask] | undefined> {
  const path = await readAddress(dir)
  if (path === undefined) return undefined
  const text = await answerOf(path, request)
  if (text === undefined) return undefined
  const answer = JSON.parse(text) as Answer<Ask>
  if ('done' in answer) return answer.done
  const { code, hint, message } = answer.error
  throw new MillraceError(code, message, { hint, retry: 'never' })
}

async function placeOfSocket(dir: string): Promise<{ path: string; folder?: string }> {
  if (process.platform === 'win32') {
    return { path: `\\\\.\\pipe\\millrace-${process.pid}-${performance.now()}` }
  }
  const path = join(dir, 'control')
  // What a killed process left behind cannot be listened on again.
  await rm(path, { force: true })
  if (Buffer.byteLength(path) <= PATH_BYTES_MAX) return { path }
  const folder = await mkdtemp(join(tmpdir(), 'millrace-'))
  return { path: join(folder, 'control'), folder }
}

function listening(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

function serve(socket: Socket, job: Controlled): void {
  let text = ''
  socket.on('error', () => socket.destroy())
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
    if (!text.endsWith('\n')) return
    const request = text
    text = ''
    void answerTo(request, job).then((answer) => {
      if (!socket.destroyed) socket.end(`${JSON.stringify(answer)}\n`)
      return undefined
    })
  })
}

async function answerTo(text: string, job: Controlled): Promise<Answer> {
  try {
    const request = JSON.parse(text) as Request
    if (request.ask === 'savepoint') return { done: await job.savepoint(request.file) }
    if (request.ask === 'resize') {
      return { done: await job.resize(request.stage, request.workers) }
    }
    if (request.ask === 'status') return { done: statusOf(job) }
    job.stop()
    return { done: null }
  } catch (error) {
    if (isMillraceError(error)) {
      const { code, hint, message } = error
      return { error: { code, hint, message } }
    }
    const { code, hint, message } = JOB_CONTROL({ reason: messageOf(error) })
    return { error: { code, hint, message } }
  }
}

function statusOf(job: Controlled): RunningStatus {
  const { elapsedMs, sources, state, workers } = job.progress()
  const read = sources.reduce((sum, source) => sum + source.read, 0)
  const bytes = sources.reduce((sum, source) => sum + source.bytes, 0)
  const bytesTotal = sources.reduce((sum, source) => sum + (source.bytesTotal ?? Number.NaN), 0)
  return {
    pid: process.pid,
    state,
    elapsedMs,
    read,
    ...(bytesTotal > 0 && { bytes, bytesTotal }),
    ...(workers !== undefined && { workers }),
  }
}

async function readAddress(dir: string): Promise<string | undefined> {
  try {
    const { path } = JSON.parse(await readFile(join(dir, ADDRESS), 'utf8')) as { path?: unknown }
    return typeof path === 'string' ? path : undefined
  } catch {
    return undefined
  }
}

/** One line; undefined where nobody listens. */
function answerOf(path: string, request: Request): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    let text = ''
    let isConnected = false
    const socket = connect(path, () => {
      isConnected = true
      socket.write(`${JSON.stringify(request)}\n`)
    })
    socket.on('error', (error) => {
      if (isConnected) reject(JOB_CONTROL({ reason: error.message }, {}, error))
      // Whoever listened there was killed.
      else resolve(undefined)
    })
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
    })
    socket.on('end', () => {
      if (text.endsWith('\n')) resolve(text)
      else reject(JOB_CONTROL({ reason: 'it ended before it answered' }))
    })
  })
}
