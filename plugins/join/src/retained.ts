import type { JoinParameters } from './join-parameters.ts'

/** A sentence on what a join keeps, and when it lets go of it. */
export function retained(parameters: JoinParameters): string {
  const { asOf, lateness, table, window, within = '0s' } = parameters
  const grace = lateness === '0s' ? '' : ` and ${lateness}`
  const right = table ?? asOf
  if (right !== undefined) {
    const passed = lateness === '0s' ? 'has passed it' : `has passed it by ${lateness}`
    const stays =
      table !== undefined || parameters.within === undefined || typeof within === 'object'
        ? 'the latest of each key stays'
        : `the latest of each key goes ${within} later`
    return `It keeps a record until the watermark ${passed}; of "${right}" ${stays}.`
  }
  if (window !== undefined) {
    return `It keeps a record until the watermark has passed the end of its window${grace && ` by ${lateness}`}.`
  }
  if (typeof within === 'string') {
    return `It keeps a record until the watermark has passed it by ${within}${grace}.`
  }
  return `It keeps a record of the first input until the watermark has passed it by ${within.after}${grace}, one of the second until it has by ${within.before}${grace}.`
}
