import { checkAggregateValues } from '@millrace/aggregate'
import { isZone } from '@millrace/expression'
import {
  durationFaults,
  type ParameterFault,
  parseEmitter,
  type StageSurroundings,
} from '@millrace/sdk'
import { DAY_MS } from './grid.ts'
import { toMs, windowKinds, type WindowParameters } from './window-parameters.ts'

const panesMax = 100_000

/** Faults the schema cannot say. */
export function checkWindow(
  parameters: WindowParameters,
  input: StageSurroundings,
): readonly ParameterFault[] {
  const own = ['windowStart', 'windowEnd']
  const counted = parameters.emit === 'final' ? [] : ['revision', 'final', 'replaces']
  return [
    ...windowFaults(parameters, input, windowKinds),
    ...checkAggregateValues(parameters.aggregate, input, [...own, ...counted]),
  ]
}

/** Faults of the windows themselves, of which a stage knows some kinds. */
export function windowFaults(
  parameters: WindowParameters,
  input: Pick<StageSurroundings, 'ends'>,
  known: readonly (typeof windowKinds)[number][],
): readonly ParameterFault[] {
  const kinds = known.filter((kind) => parameters[kind] !== undefined)
  const faults: ParameterFault[] = []
  if (kinds.length === 0) {
    faults.push({
      path: [],
      message: 'no kind of window is named.',
      hint: `Name one of ${known.join(', ')}, such as tumbling: 1h.`,
    })
  }
  for (const kind of kinds.slice(1)) {
    faults.push({
      path: [kind],
      message: `a window is either ${kinds[0] ?? ''} or ${kind}.`,
      hint: 'Use two stages for two kinds of windows.',
    })
  }
  faults.push(...lengthFaults(parameters))
  if (faults.length > 0) return faults
  return [
    ...sizeFaults(parameters),
    ...optionFaults(parameters, input),
    ...emitterFaults(parameters),
  ]
}

function emitterFaults({ emitter }: WindowParameters): readonly ParameterFault[] {
  const parsed = emitter && parseEmitter(emitter)
  if (parsed === undefined || 'create' in parsed) return []
  const { hint = 'Mend the parameters of the emitter.', message, path } = parsed.problem
  const inside = path === '' ? [] : path.split('.')
  return [{ path: ['emitter', 'parameters', ...inside], message, hint }]
}

function lengthFaults(parameters: WindowParameters): readonly ParameterFault[] {
  const { cumulate, emit, lateness, maxWait, offset, session, sliding, tumbling } = parameters
  const lengths: readonly (readonly [readonly string[], unknown, 0 | 1])[] = [
    [['tumbling'], tumbling, 1],
    [['sliding', 'size'], sliding?.size, 1],
    [['sliding', 'every'], sliding?.every, 1],
    [['session'], session, 1],
    [['cumulate', 'size'], cumulate?.size, 1],
    [['cumulate', 'step'], cumulate?.step, 1],
    [['lateness'], lateness, 0],
    [['offset'], offset.replace(/^-/u, ''), 0],
    [['maxWait'], maxWait, 1],
    [['emit', 'every'], typeof emit === 'object' ? emit.every : undefined, 1],
  ]
  return lengths.flatMap(([path, value, least]) =>
    typeof value === 'string' ? durationFaults(path, value, least) : [],
  )
}

function sizeFaults(parameters: WindowParameters): readonly ParameterFault[] {
  const { cumulate, sliding, tumbling, zone } = parameters
  const faults: ParameterFault[] = []
  if (sliding !== undefined) {
    const { size, every } = sliding
    const count = toMs(size) / toMs(every)
    if (count < 1) {
      faults.push({
        path: ['sliding', 'every'],
        message: `windows of ${size} every ${every} leave out what lies between them.`,
        hint: `Let them start at least every ${size}.`,
      })
    }
    if (count > panesMax) {
      faults.push({
        path: ['sliding', 'every'],
        message: `each record would be in more than ${panesMax} windows.`,
        hint: 'Let them start less often.',
      })
    }
  }
  if (cumulate !== undefined && toMs(cumulate.size) % toMs(cumulate.step) !== 0) {
    faults.push({
      path: ['cumulate', 'step'],
      message: `${cumulate.size} is not a multiple of ${cumulate.step}.`,
      hint: 'Choose a step that fits into the size without a rest.',
    })
  }
  if (zone === undefined) return faults
  if (!isZone(zone)) {
    return [
      ...faults,
      {
        path: ['zone'],
        message: `"${zone}" is not a time zone.`,
        hint: 'Write an IANA name, such as Europe/Berlin.',
      },
    ]
  }
  const zoned: readonly (readonly [readonly string[], string | undefined, boolean])[] = [
    [['tumbling'], tumbling, true],
    [['sliding', 'size'], sliding?.size, false],
    [['sliding', 'every'], sliding?.every, false],
    [['cumulate', 'size'], cumulate?.size, false],
    [['cumulate', 'step'], cumulate?.step, true],
  ]
  for (const [path, size, isPart] of zoned) {
    const ms = size === undefined ? DAY_MS : toMs(size)
    if (ms % DAY_MS === 0 || (isPart && DAY_MS % ms === 0)) continue
    faults.push({
      path,
      message: `with a zone ${String(size)} does not fit into days.`,
      hint: `Use whole days${isPart ? ', or a part of a day such as 1h or 6h' : ''}, or leave zone out.`,
    })
  }
  if (sliding !== undefined && toMs(sliding.size) % toMs(sliding.every) !== 0) {
    faults.push({
      path: ['sliding', 'every'],
      message: `with a zone ${sliding.size} must be a multiple of ${sliding.every}.`,
      hint: 'Choose days that fit, such as size: 7d, every: 1d.',
    })
  }
  return faults
}

function optionFaults(
  parameters: WindowParameters,
  { ends }: Pick<StageSurroundings, 'ends'>,
): readonly ParameterFault[] {
  const {
    count,
    emit,
    emitter,
    empty,
    global,
    lateness,
    maxWait,
    offset,
    relaxed,
    session,
    tumbling,
    zone,
  } = parameters
  const faults: ParameterFault[] = []
  const useless = (path: string, isSet: boolean, kind: string): void => {
    if (!isSet) return
    faults.push({
      path: [path],
      message: `${kind === 'emitter' ? 'an' : 'a'} ${kind} window has no use for ${path}.`,
      hint: `Leave ${path} out.`,
    })
  }
  const kind = (['count', 'global', 'emitter'] as const).find(
    (one) => parameters[one] !== undefined,
  )
  const loose = kind ?? (session === undefined ? undefined : 'session')
  if (loose !== undefined) {
    useless('offset', toMs(offset) !== 0, loose)
    useless('zone', zone !== undefined, loose)
  }
  if (kind !== undefined) {
    useless('lateness', toMs(lateness) !== 0, kind)
    useless('relaxed', relaxed, kind)
  }
  if (count === undefined && maxWait !== undefined) {
    faults.push({
      path: ['maxWait'],
      message: 'maxWait is for windows of so many records.',
      hint: 'Leave it out, or name count.',
    })
  }
  if (empty !== false && (tumbling === undefined || emit !== 'final')) {
    faults.push({
      path: ['empty'],
      message: 'empty windows are given for tumbling windows with emit: final.',
      hint: 'Leave empty out.',
    })
  }
  if (count !== undefined && emit !== 'final') {
    faults.push({
      path: ['emit'],
      message: 'a count window gives one result, when it is full.',
      hint: 'Leave emit out, or choose a smaller count.',
    })
  }
  if (emitter !== undefined && emit !== 'final') {
    faults.push({
      path: ['emit'],
      message: 'the emitter decides when there is a result.',
      hint: 'Leave emit out.',
    })
  }
  if (global === true && !ends && (emit === 'final' || emit === 'onTime')) {
    faults.push({
      path: ['emit'],
      message: 'the input never ends, so a global window would never give its result.',
      hint: 'Use emit: update, or emit: { every: 10s }.',
    })
  }
  return faults
}
