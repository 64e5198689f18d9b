import type { PatternParameters } from './pattern-parameters.ts'

/** What a pattern keeps, and when it lets go of it. */
export function retains({ most, within }: PatternParameters): string {
  return (
    `It keeps records until the watermark has passed them, and the records of partial matches, at most ${most} per key, ` +
    `until they match, can match no more, or the watermark is ${within} past the first of them.`
  )
}
