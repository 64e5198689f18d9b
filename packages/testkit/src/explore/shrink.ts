/** True if a run with these choices still fails the same way. */
export type StillFails = (choices: readonly number[]) => Promise<boolean>

/**
 * The simplest list of choices found that still fails, after at most `runsMax` runs. Shorter is simpler, then smaller
 * numbers: 0 is the first ready actor and no fault, so this drops faults, switches and items.
 */
export async function shrinkChoices(
  choices: readonly number[],
  stillFails: StillFails,
  runsMax: number,
): Promise<readonly number[]> {
  let best = trim(choices)
  let runs = 0
  const tries = async (candidate: readonly number[]): Promise<boolean> => {
    const simpler = trim(candidate)
    if (!isSimpler(simpler, best) || runs >= runsMax) return false
    runs++
    if (!(await stillFails(simpler))) return false
    best = simpler
    return true
  }
  for (;;) {
    const was = best
    await shorten(() => best, tries)
    await drop(() => best, tries)
    await lower(() => best, tries)
    if (best === was) break
  }
  return best
}

type Best = () => readonly number[]
type Tries = (candidate: readonly number[]) => Promise<boolean>

/** Cuts the end off. */
async function shorten(best: Best, tries: Tries): Promise<void> {
  await tries([])
  for (let cut = best().length; cut >= 1;) {
    const length = best().length
    if (length > 0 && (await tries(best().slice(0, Math.max(0, length - cut))))) continue
    cut = Math.floor(cut / 2)
  }
}

/** Sets stretches to 0, then takes them out; long ones first. */
async function drop(best: Best, tries: Tries): Promise<void> {
  for (let size = 32; size >= 1; size = Math.floor(size / 2)) {
    for (let at = best().length - size; at >= 0; at -= size) {
      const list = best()
      if (at >= list.length) continue
      const head = list.slice(0, at)
      const tail = list.slice(at + size)
      const middle = list.slice(at, at + size)
      if (middle.some((choice) => choice !== 0)) {
        await tries([...head, ...middle.map(() => 0), ...tail])
      }
      await tries([...head, ...tail])
    }
  }
}

/** Makes single choices smaller. */
async function lower(best: Best, tries: Tries): Promise<void> {
  for (let at = 0; at < best().length; at++) {
    for (let step = best()[at] ?? 0; step >= 1;) {
      const list = best()
      const value = list[at] ?? 0
      if (value >= step && (await tries(list.with(at, value - step)))) continue
      step = Math.floor(step / 2)
    }
  }
}

function trim(choices: readonly number[]): readonly number[] {
  return choices.slice(0, choices.findLastIndex((choice) => choice !== 0) + 1)
}

function isSimpler(a: readonly number[], b: readonly number[]): boolean {
  if (a.length !== b.length) return a.length < b.length
  const at = a.findIndex((choice, index) => choice !== b[index])
  return at >= 0 && (a[at] ?? 0) < (b[at] ?? 0)
}
