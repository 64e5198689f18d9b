import { formatDuration, parseDuration } from '@millrace/base'
import { durationFaults, type ParameterFault, type StageSurroundings } from '@millrace/sdk'
import { type AnomalyParameters, textsOf } from './anomaly-parameters.ts'
import { judgePlan } from './judge-plan.ts'
import { alertsFaults } from './judge/alerts-parameters.ts'
import { ofOneNumber } from './of-one-number.ts'

/** Faults that the schema cannot say. */
export function checkAnomaly(
  parameters: AnomalyParameters,
  { keys, timeoutMs }: StageSurroundings,
): readonly ParameterFault[] {
  const faults = [
    ...fieldFaults(parameters),
    ...rangeFaults(parameters),
    ...alertsFaults(parameters),
    ...durationFaults(['model', 'deadline'], parameters.model?.deadline),
    ...deadlineFaults(parameters, timeoutMs),
    ...addressFaults(parameters),
  ]
  if (keys.includes(parameters.as)) {
    faults.push({
      path: ['as'],
      message: `"${parameters.as}" is the name of a key, which results must keep.`,
      hint: 'Write as: verdict, or give the key another name.',
    })
  }
  return faults.length > 0 ? faults : detectorFaults(parameters)
}

/** What could not be sent, and would show what is secret each time it is tried. */
function addressFaults({ model }: AnomalyParameters): ParameterFault[] {
  if (model === undefined || !('http' in model)) return []
  const faults: ParameterFault[] = []
  const { password, username } = new URL(model.http)
  if (username !== '' || password !== '') {
    const hint = "Write them as authorization: 'Basic …', in base64."
    faults.push({ path: ['model', 'http'], message: 'must be without user and password.', hint })
  }
  if (!/^[\t\x20-\x7e]*$/u.test(model.authorization?.trim() ?? '')) {
    const hint = 'Look for line ends and special characters where it comes from.'
    const message = 'must be one line of plain characters; got others.'
    faults.push({ path: ['model', 'authorization'], message, hint })
  }
  return faults
}

/** Behind the timeout of the stage the record has failed before the detector could judge it. */
function deadlineFaults(
  { model }: AnomalyParameters,
  timeoutMs = Infinity,
): readonly ParameterFault[] {
  const ms = parseDuration(model?.deadline ?? '') ?? 0
  if (ms < timeoutMs) return []
  const limit = formatDuration(timeoutMs)
  const message = `must be shorter than the stage's timeout, ${limit}; got ${formatDuration(ms)}.`
  const hint = `Write a shorter deadline, or a longer timeout beside the module, such as timeout: ${formatDuration(2 * ms)}.`
  return [{ path: ['model', 'deadline'], message, hint }]
}

function fieldFaults(parameters: AnomalyParameters): ParameterFault[] {
  const { field, fields } = parameters
  const hint = 'Write field: value for one number, or fields: [temp, vibration] for several.'
  if (field === undefined && fields === undefined) {
    return [{ path: [], message: 'nothing says what is judged.', hint }]
  }
  if (field !== undefined && fields !== undefined) {
    return [{ path: ['fields'], message: 'field says already what is judged.', hint }]
  }
  const texts = textsOf(parameters)
  const twice = texts.findIndex((text, index) => texts.indexOf(text) < index)
  return twice < 0
    ? []
    : [
        {
          path: ['fields', twice],
          message: `${texts[twice]} stands there twice.`,
          hint: 'Leave one out.',
        },
      ]
}

function rangeFaults(parameters: AnomalyParameters): ParameterFault[] {
  const { range } = parameters
  if (range === undefined) return []
  const [low = 0, high = 0] = range
  if (low >= high) {
    const message = `must be the smallest value, then a larger one; got ${low}, ${high}.`
    return [{ path: ['range'], message, hint: 'Write range: [0, 100].' }]
  }
  if (textsOf(parameters).length === 1) return []
  const message = 'there are several numbers, and it is the range of one.'
  return [{ path: ['range'], message, hint: 'Leave it out.' }]
}

function detectorFaults(parameters: AnomalyParameters): readonly ParameterFault[] {
  const plan = judgePlan(parameters)
  if ('problem' in plan) {
    const hint = 'See the parameters of the detector.'
    return [{ path: ['detector'], message: `its parameters are wrong: ${plan.problem}`, hint }]
  }
  const { scope } = plan
  if (scope.dimensions === 1) return []
  const { definition, parameters: own } = plan.options()
  const name = ofOneNumber(definition, own)
  if (name === undefined) return []
  const message = `"${name}" judges one number, and there are ${scope.dimensions}.`
  return [
    {
      path: ['detector'],
      message,
      hint: 'Leave it out, or use one for several numbers such as rrcf.',
    },
  ]
}
