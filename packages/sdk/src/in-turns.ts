import type { StageContext } from './context.ts'
import type { StageInstance } from './define-stage.ts'

/** Most that is done between two turns of others. */
const AT_ONCE = 1024

/**
 * An `onWatermark` for work that may be long, such as results of a million keys: done some at a time, so that it keeps neither
 * memory nor the thread. `begin` is asked for it when the watermark moves, and gives nothing where there is none; each step says
 * how much it did, such as 1 for a result. Between two steps others have their turns, but no record comes.
 */
export function inTurns(
  begin: (watermark: number, context: StageContext) => Iterator<number> | undefined,
): NonNullable<StageInstance['onWatermark']> {
  let work: Iterator<number> | undefined
  return (watermark, context) => {
    work ??= begin(watermark, context)
    if (work === undefined) return false
    for (let done = 0; done < AT_ONCE;) {
      const step = work.next()
      if (step.done === true) {
        work = undefined
        return false
      }
      done += step.value
    }
    return true
  }
}
