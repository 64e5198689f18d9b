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

/** What happens before and during a life, and what becomes of it. */
export interface Turn {
  readonly fate: Fate
  /** `state`: it is exported, removed and imported. `folder`: the folder of the job gets another name. */
  readonly moves?: 'state' | 'folder' | undefined
  /** It begins at the last savepoint there is, if the scenario can. */
  readonly goesBack?: boolean | undefined
  /** Somebody asks for a savepoint meanwhile, and is perhaps killed. */
  readonly saves?: { readonly at: Instant; readonly killAfterMs?: number | undefined } | undefined
  /** Somebody puts a job with other settings in its place meanwhile. */
  readonly upgrade?: Upgrade | undefined
  /** Values of the job file that are others in this life. */
  readonly settings: readonly string[]
}

/** Another process that takes over. */
export interface Upgrade {
  readonly at: Instant
  readonly turn: Turn
  /** Its job fails at once, where the scenario has one that does. */
  readonly isBad: boolean
}

/** Runs to the end as the job file says. */
export const quietTurn: Turn = { fate: { kind: 'end' }, settings: [] }

/** Milliseconds between two checkpoints: mostly few. */
export const drawEveryMs = (draw: Draw): number => Math.round(5 * 60 ** draw.share())

/** Records that a mailbox holds. */
export const drawCapacity = (draw: Draw): number => draw.pick([1, 100, 1024, 4096, 4096])

/** In which share of lives something happens. */
export interface Shares {
  readonly moves: number
  readonly goesBack: number
  readonly saves: number
  readonly upgrades: number
}

const usualShares: Shares = { moves: 0.1, goesBack: 0.1, saves: 0.15, upgrades: 0.08 }

/** Draws a life. */
export function drawTurn(draw: Draw, unusual: Partial<Shares> = {}): Turn {
  const shares = { ...usualShares, ...unusual }
  const turn = drawPlainTurn(draw)
  const moves = draw.chance(shares.moves) ? draw.pick(['state', 'folder'] as const) : undefined
  const goesBack = draw.chance(shares.goesBack)
  const saves = draw.chance(shares.saves)
    ? { at: drawInstant(draw), killAfterMs: draw.chance(0.3) ? draw.number(0, 600) : undefined }
    : undefined
  return {
    ...turn,
    moves,
    goesBack,
    saves,
    ...(draw.chance(shares.upgrades) ? drawUpgrade(draw, turn) : {}),
  }
}

/** The old process is mostly left alone: the new one tells it to stop, and is often killed about then. */
function drawUpgrade(draw: Draw, { fate }: Turn): Pick<Turn, 'fate' | 'upgrade'> {
  const at: Instant = { part: 'work', share: draw.share() * 0.4 }
  const plain = drawPlainTurn(draw)
  const early: Fate = { kind: 'kill', at: { part: 'start', share: 0.7 + draw.share() * 1.5 } }
  const turn = draw.chance(0.5) ? { ...plain, fate: early } : plain
  const upgrade = { at, turn, isBad: draw.chance(0.4) }
  return { fate: draw.chance(0.8) ? { kind: 'end' } : fate, upgrade }
}

function drawPlainTurn(draw: Draw): Turn {
  const settings = [
    `checkpoint.every=${drawEveryMs(draw)}ms`,
    `mailbox.capacity=${drawCapacity(draw)}`,
  ]
  return { fate: drawFate(draw), settings: settings.filter(() => draw.chance(0.3)) }
}

const drawInstant = (draw: Draw): Instant =>
  draw.chance(0.08)
    ? { part: 'start', share: draw.share() }
    : // Some while it recovers, the others soon enough that a job is killed often before it is done.
      { part: 'work', share: draw.share() * (draw.chance(0.2) ? 0.05 : 0.6) }

/** Draws what becomes of a process: mostly killed by the clock or at a step that was chosen. */
function drawFate(draw: Draw): Fate {
  const at = drawInstant(draw)
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
export function describeTurn(turn: Turn): string {
  const { fate, goesBack, moves, saves, settings, upgrade } = turn
  const parts = [
    ...(moves === 'state' ? ['state exported and imported'] : []),
    ...(moves === 'folder' ? ['folder renamed'] : []),
    ...(goesBack === true ? ['back to the last savepoint if there is one'] : []),
    ...settings,
    ...(saves === undefined ? [] : [`savepoint at ${percent(saves.at)}`]),
    ...(upgrade === undefined ? [] : [`upgrade at ${percent(upgrade.at)}`]),
    describeFate(fate),
  ]
  return parts.join(', ')
}

const percent = ({ part, share }: Instant): string => `${Math.round(share * 100)} % of its ${part}`

function describeFate(fate: Fate): string {
  if (fate.kind === 'end') return 'runs to its end'
  const at = `at ${percent(fate.at)}`
  if (fate.kind === 'stop') {
    const after = fate.killAfterMs === undefined ? '' : `, killed ${fate.killAfterMs} ms later`
    return `SIGINT ${at}${after}`
  }
  if (fate.aim === undefined) return `SIGKILL ${at}`
  const { area, nth, op, when } = fate.aim
  const place = area === 'any' ? 'state or out' : area
  return `SIGKILL ${when} step ${nth} ("${op}") in ${place}, at the latest ${at}`
}
