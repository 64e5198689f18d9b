const shiftMs = 40 * 24 * 3_600_000

/** Runs `task` in a process whose calendar is forty days ahead: what reads the date by itself gives itself away. */
export async function withShiftedDate<T>(task: () => Promise<T>): Promise<T> {
  const RealDate = Date
  class ShiftedDate extends RealDate {
    constructor(...given: unknown[]) {
      if (given.length === 0) super(RealDate.now() + shiftMs)
      else super(...(given as [number]))
    }

    static override now(): number {
      return RealDate.now() + shiftMs
    }
  }
  globalThis.Date = ShiftedDate as DateConstructor
  try {
    return await task()
  } finally {
    globalThis.Date = RealDate
  }
}
