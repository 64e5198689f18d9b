import type { Progress } from '@millrace/job'
import type { EventLoopDelay } from './event-loop-delay.ts'
import { jobMetrics } from './job-metrics.ts'
import { expositionType, renderFamilies } from './metric-family.ts'
import { processMetrics } from './process-metrics.ts'
import type { ServedJob } from './served-job.ts'

/** What is answered to a request. */
export interface Answer {
  readonly status: 200 | 404 | 405 | 500 | 503
  readonly type: string
  readonly body: string
}

/** What the answers are made of. */
export interface View {
  /** Name of the job. */
  readonly name: string
  /** Of millrace. */
  readonly version: string
  /** Undefined until it has started. */
  readonly job: ServedJob | undefined
  readonly delay: EventLoopDelay
  /** Epoch ms. */
  readonly nowMs: number
}

type Path = '/' | '/health' | '/ready' | '/metrics'

/** What each path gives. */
export const paths: Readonly<Record<Path, string>> = {
  '/': 'this list',
  '/health': '200 while the job has not failed, else 503',
  '/ready': '200 while the job runs, else 503 with the reason',
  '/metrics': 'figures as Prometheus text, format 0.0.4',
}

const reasons: Readonly<Record<Exclude<Progress['state'], 'running'>, string>> = {
  starting: 'the job is starting',
  restarting: 'the pipeline failed and is about to begin anew',
  stopping: 'the job is stopping',
  draining: 'the job is draining',
  completed: 'the job is done',
  stopped: 'the job has stopped',
  failed: 'the job has failed',
}

/** Answers a request for a path, as it stands in the request. Never throws. */
export function answer(method: string, target: string, view: View): Answer {
  const path = target.split('?', 1)[0] ?? ''
  if (!isPath(path))
    return text(404, `There is nothing at ${path}. There are: ${Object.keys(paths).join(', ')}\n`)
  if (method !== 'GET' && method !== 'HEAD')
    return text(405, `${path} takes GET and HEAD; got ${method}.\n`)
  try {
    return answerOf(path, view)
  } catch (error) {
    return text(500, `${path} failed: ${String(error)}\n`)
  }
}

function isPath(path: string): path is Path {
  return Object.hasOwn(paths, path)
}

function answerOf(path: Path, view: View): Answer {
  const { delay, job, name, nowMs, version } = view
  if (path === '/metrics') {
    const families = [...jobMetrics(name, job, nowMs), ...processMetrics(version), delay.family()]
    return { status: 200, type: expositionType, body: renderFamilies(families) }
  }
  if (path === '/') return text(200, index(view))
  const { elapsedMs = 0, state = 'starting' } = job?.progress() ?? {}
  const facts = { job: name, state, elapsedSeconds: Math.round(elapsedMs / 1000) }
  if (path === '/health') {
    const isWell = state !== 'failed'
    return json(isWell ? 200 : 503, { status: isWell ? 'ok' : 'failed', ...facts })
  }
  if (state === 'running') return json(200, { ready: true, ...facts })
  return json(503, { ready: false, reason: reasons[state], ...facts })
}

function index({ name, version }: View): string {
  const lines = Object.entries(paths).map(([path, gives]) => `${path.padEnd(9)} ${gives}\n`)
  return `millrace ${version}, job ${name}\n${lines.join('')}`
}

function text(status: Answer['status'], body: string): Answer {
  return { status, type: 'text/plain; charset=utf-8', body }
}

function json(status: Answer['status'], body: object): Answer {
  return { status, type: 'application/json; charset=utf-8', body: `${JSON.stringify(body)}\n` }
}
