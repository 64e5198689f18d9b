/** A step of a process, as its trace tells it. */
export interface Step {
  readonly id: number
  /** Seconds since the process began. */
  readonly time: number
  readonly op: string
  readonly path: string
  readonly to: string | undefined
  isDone: boolean
  /** How it was killed at this step. */
  killed: string | undefined
}

/** The steps of a trace. Its last line may be cut off. */
export function readSteps(trace: string): readonly Step[] {
  const steps: Step[] = []
  const byId = new Map<number, Step>()
  for (const line of trace.split('\n').slice(0, -1)) {
    const [time, sign, id, ...rest] = line.split('\t')
    const [op = '', path = '', to] = rest
    const known = byId.get(Number(id))
    if (sign === '<' && known !== undefined) known.isDone = true
    else if (sign === '!' && known !== undefined) known.killed = op
    else if (sign === '>') {
      const step: Step = {
        id: Number(id),
        time: Number(time),
        op,
        path,
        to,
        isDone: false,
        killed: undefined,
      }
      steps.push(step)
      byId.set(step.id, step)
    }
  }
  return steps
}

/** What a process was doing. */
export const phases = [
  'start-up',
  'recovery',
  'work',
  'checkpoint commit',
  'sink prepare',
  'sink commit',
  'append to a stream',
  'handling of a stream',
] as const
export type Phase = (typeof phases)[number]

const isHidden = (path: string): boolean => /(^|\/)\.[^/]*$/.test(path)
const isState = ({ path }: Step): boolean => path === 'state' || path.startsWith('state/')
const isOut = ({ path }: Step): boolean => path === 'out' || path.startsWith('out/')
const isReading = ({ op }: Step): boolean => /^(open r|stat|readdir|read)/.test(op)
const changesState = (step: Step): boolean =>
  isState(step) && /^(open w|write|rename)/.test(step.op)

/** What a process was doing when it took its last steps. */
export function phaseOf(steps: readonly Step[], hadCheckpoint: boolean): Phase {
  // A source of files looks at its input; others have begun at the latest when a checkpoint is written.
  const begun = steps.findLastIndex(({ op, path }) => {
    return path.startsWith('input') || (path.startsWith('state/blocks') && op.startsWith('open w'))
  })
  const opened = steps.findIndex(isState)
  if (opened < 0) return 'start-up'
  const last =
    steps.findLast(({ isDone, killed }) => killed !== undefined || !isDone) ?? steps.at(-1)
  if (begun < opened) return hadCheckpoint ? 'recovery' : 'start-up'
  if (last === undefined) return 'work'
  if (isState(last)) return isCommitting(steps) ? 'checkpoint commit' : 'work'
  if (isOut(last) && !isReading(last)) return sinkPhase(steps, last)
  return isCommitting(steps) ? 'checkpoint commit' : 'work'
}

/** Whether a checkpoint was begun to be written and its name is not known to be on the disk. */
function isCommitting(steps: readonly Step[]): boolean {
  const changed = steps.findLastIndex(changesState)
  if (changed < 0) return false
  const isNamed = steps[changed]?.op === 'rename'
  const synced = steps.findLastIndex(({ isDone, op, path }, index) => {
    return index > changed && op === 'sync' && path.replace(/\/\.?$/, '') === 'state' && isDone
  })
  return !isNamed || synced < 0
}

function sinkPhase(steps: readonly Step[], last: Step): Phase {
  const { op, to } = last
  if (op === 'write' || op.startsWith('open')) return 'work'
  if (op.startsWith('sql')) return /commit|insert|delete/.test(op) ? 'sink commit' : 'work'
  if (op === 'rename' || op === 'link') {
    return to !== undefined && isHidden(to) ? 'sink prepare' : 'sink commit'
  }
  const named = steps.findLastIndex((step) => isState(step) && step.op === 'rename')
  const written = steps.findLastIndex((step) => isOut(step) && step.op === 'write')
  return named > written ? 'sink commit' : 'sink prepare'
}
