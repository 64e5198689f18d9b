import { emptyMost, toMs, type WindowParameters } from './window-parameters.ts'

/** What a window stage keeps, and when it lets go of it. */
export function retains(parameters: WindowParameters): string {
  const { count, cumulate, emitter, lateness, maxWait, session, sliding, tumbling } = parameters
  const late = toMs(lateness) === 0 ? '' : ` by ${lateness}`
  const passed = `when the watermark has passed its end${late}`
  if (tumbling !== undefined) {
    const most = emptyMost(parameters)
    const known =
      most === 0 ? '' : ` It knows a key until that has given ${most} empty windows in a row.`
    return `It keeps the values of each key and window of ${tumbling}, and lets go of a window ${passed}.${known}`
  }
  if (sliding !== undefined) {
    const { every, size } = sliding
    const what = parameters.emit === 'final' ? `${every} in the last ${size}` : `window of ${size}`
    return `It keeps the values of each key and ${what}, and lets go of them when the watermark has passed the end of their last window${late}.`
  }
  if (cumulate !== undefined) {
    return `It keeps the values of each key and step of ${cumulate.step} in the last ${cumulate.size}, and lets go of them when the watermark has passed their end${late}.`
  }
  if (session !== undefined) {
    return `It keeps the values of each open session, and lets go of one ${passed}: ${session} behind its last record.`
  }
  if (count !== undefined) {
    const until =
      maxWait === undefined
        ? '; keys that fall silent keep theirs until the input is over'
        : `, or the watermark is ${maxWait} past its first record`
    return `It keeps the values of one window per key until that has ${count} records${until}.`
  }
  if (emitter !== undefined) {
    return 'It keeps what the emitter remembers of each key, until that forgets it or the input is over.'
  }
  return 'It keeps the values of each key until the input is over.'
}
