import type { Aim } from './aim.ts'
import type { Draw } from './draw.ts'

/** What becomes of a process. */
export type Fate =
  | { readonly kind: 'kill'; readonly at: Instant; readonly aim?: Aim | undefined }
  /** Told to stop, and perhaps killed while it does. */
  | { readonly kind: 'stop'; readonly at: Instant; readonly killAfterMs?: number | undefined }
  | { readonly kind: 'end' }

/** A moment in a life: a share of how long that part takes an undisturbed run. */
export interface Instant {
  /** `start`: on the way to the first record; `work`: from then on. */
  readonly part: 'start' | 'work'
  readonly share: number
}

/** What happens before a life, and what becomes of it. */
export interface Turn {
  readonly fate: Fate
  /** State is exported, removed and imported. */
  readonly moves: boolean
  /** Values of the job file that are others in this life. */
  readonly settings: readonly string[]
}

/** Runs to the end as the job file says. */
export const quietTurn: Turn = { fate: { kind: 'end' }, moves: false, settings: [] }

/** Milliseconds between two checkpoints: mostly few. */
export const drawEveryMs = (draw: Draw): number => Math.round(5 * 60 ** draw.share())

/** Records that a mailbox holds. */
export const drawCapacity = (draw: Draw): number => draw.pick([1, 100, 1024, 4096, 4096])

/** Draws a life. */
export function drawTurn(draw: Draw): Turn {
  const settings = [
    `checkpoint.every=${drawEveryMs(draw)}ms`,
    `mailbox.capacity=${drawCapacity(draw)}`,
  ]
  return {
    fate: drawFate(draw),
    moves: draw.chance(0.06),
    settings: settings.filter(() => draw.chance(0.3)),
  }
}

/** Draws what becomes of a process: mostly killed by the clock or at a step that was chosen. */
function drawFate(draw: Draw): Fate {
  const at: Instant = draw.chance(0.08)
    ? { part: 'start', share: draw.share() }
    : // Some while it recovers, the others soon enough that a job is killed often before it is done.
      { part: 'work', share: draw.share() * (draw.chance(0.2) ? 0.05 : 0.6) }
  if (draw.chance(0.12)) {
    return { kind: 'stop', at, killAfterMs: draw.chance(0.5) ? draw.number(0, 30) : undefined }
  }
  return { kind: 'kill', at, aim: draw.chance(0.55) ? drawAim(draw) : undefined }
}

function drawAim(draw: Draw): Aim {
  const area = draw.pick(['state', 'state', 'out', 'out', 'any'] as const)
  const op = draw.pick(['any', 'any', 'rename', 'sync', 'write', 'rm', 'open w', 'truncate', 'sql'])
  const nth = 1 + Math.floor(draw.share() ** 2 * 25)
  return { area, op, nth, when: draw.pick(['before', 'half', 'during', 'after']) }
}

/** A life in a few words. */
export function describeTurn({ fate, moves, settings }: Turn): string {
  const others = settings.map((one) => `${one}, `).join('')
  return `${moves ? 'state exported and imported, ' : ''}${others}${describeFate(fate)}`
}

function describeFate(fate: Fate): string {
  if (fate.kind === 'end') return 'runs to its end'
  const { part, share } = fate.at
  const at = `at ${Math.round(share * 100)} % of its ${part}`
  if (fate.kind === 'stop') {
    const after = fate.killAfterMs === undefined ? '' : `, killed ${fate.killAfterMs} ms later`
    return `SIGINT ${at}${after}`
  }
  if (fate.aim === undefined) return `SIGKILL ${at}`
  const { area, nth, op, when } = fate.aim
  const place = area === 'any' ? 'state or out' : area
  return `SIGKILL ${when} step ${nth} ("${op}") in ${place}, at the latest ${at}`
}
