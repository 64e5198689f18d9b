import { nearestName } from '@millrace/base'
import { compileExpression } from '@millrace/expression'
import { durationFaults, type ParameterFault, type StageSurroundings } from '@millrace/sdk'
import { checkEventWindows } from '@millrace/window'
import { isPaired, joinWays, type JoinParameters } from './join-parameters.ts'

const windowFields = ['windowStart', 'windowEnd']

/** Faults the schema cannot say. */
export function checkJoin(
  parameters: JoinParameters,
  input: StageSurroundings,
): readonly ParameterFault[] {
  const faults = [...inputFaults(input), ...wayFaults(parameters), ...lengthFaults(parameters)]
  if (faults.length > 0) return faults
  return [...nameFaults(parameters, input), ...selectFaults(parameters, input)]
}

function inputFaults({ inputs }: StageSurroundings): readonly ParameterFault[] {
  if (inputs === undefined || inputs.length === 2) return []
  const message = `a join has two inputs; got ${inputs.length}.`
  const hint =
    inputs.length > 2
      ? 'Join two of them, then the result with the next, in a stage of its own.'
      : 'Name two with from: { order: orders, payment: payments }; in code: together({ order, payment }).'
  return [{ path: [], message, hint }]
}

function wayFaults(parameters: JoinParameters): readonly ParameterFault[] {
  const { asOf, kind, table, within } = parameters
  const ways = joinWays.filter((way) => parameters[way] !== undefined)
  const [first, second] = ways
  if (first === undefined) {
    const message = 'nothing says which records belong together.'
    const hint = 'Name one of within, window, table, asOf, such as within: 5m.'
    return [{ path: [], message, hint }]
  }
  const isAsOf = asOf !== undefined && ways.length === 2 && within !== undefined
  if (second !== undefined && !isAsOf) {
    const message = `a join has either ${first} or ${second}.`
    const hint = 'Keep one of them; within goes with asOf only.'
    return [{ path: [second], message, hint }]
  }
  if (isAsOf && typeof within === 'object') {
    const message = 'asOf looks back only.'
    return [{ path: ['within'], message, hint: 'Write one length of time, such as within: 1h.' }]
  }
  if ((table ?? asOf) === undefined || (kind !== 'right' && kind !== 'full')) return []
  const message = `${first === 'within' ? 'asOf' : first} gives results for records of the left only; got ${kind}.`
  const hint = 'Use inner, left, semi or anti, or within instead.'
  return [{ path: ['kind'], message, hint }]
}

function lengthFaults({ lateness, window, within }: JoinParameters): readonly ParameterFault[] {
  const { after, before } = typeof within === 'object' ? within : {}
  const bounds: readonly (readonly [readonly string[], string | undefined])[] = [
    [['within'], typeof within === 'string' ? within : undefined],
    [['within', 'before'], before],
    [['within', 'after'], after],
    [['lateness'], lateness],
  ]
  const ofWindow = window === undefined ? [] : checkEventWindows({ ...window, lateness: '0s' })
  const own = bounds.flatMap(([path, value]) => durationFaults(path, value, 0))
  return [...own, ...ofWindow.map((fault) => ({ ...fault, path: ['window', ...fault.path] }))]
}

/** Names of inputs: those that parameters mean, and those that results would carry twice. */
function nameFaults(
  parameters: JoinParameters,
  { inputs = [], keys }: StageSurroundings,
): readonly ParameterFault[] {
  const faults: ParameterFault[] = []
  for (const way of ['table', 'asOf'] as const) {
    const name = parameters[way]
    if (name === undefined || inputs.length === 0 || inputs.includes(name)) continue
    const near = nearestName(name, inputs)
    const hint =
      near === undefined ? `The inputs are ${inputs.join(' and ')}.` : `Did you mean "${near}"?`
    faults.push({ path: [way], message: `there is no input "${name}".`, hint })
  }
  const { select, window } = parameters
  if (window !== undefined || select === undefined) {
    const others = window === undefined ? keys : [...keys, ...windowFields]
    const taken = select === undefined && isPaired(parameters) ? others : windowFields
    for (const name of inputs.filter((one) => taken.includes(one))) {
      const message = `results would have two fields "${name}": that of the input and another one.`
      faults.push({
        path: [],
        message,
        hint: 'Give the input another name in from, or use select.',
      })
    }
  }
  return faults
}

function selectFaults(
  { select = {}, window }: JoinParameters,
  { expressions, inputs }: StageSurroundings,
): readonly ParameterFault[] {
  const faults: ParameterFault[] = []
  if (expressions === undefined || inputs === undefined) return faults
  const known = [...inputs, ...(window === undefined ? [] : windowFields), 'record']
  for (const [name, text] of Object.entries(select)) {
    if (typeof text !== 'string') continue
    for (const field of compileExpression(text, expressions).fields) {
      const input = field.split('.')[0] as string
      if (known.includes(input)) continue
      const near = nearestName(input, known)
      const hint =
        near === undefined
          ? `Begin with the name of an input: ${inputs.map((one) => `${one}.${field}`).join(' or ')}.`
          : `Did you mean "${near}"?`
      faults.push({ path: ['select', name], message: `there is no input "${input}".`, hint })
    }
  }
  return faults
}
