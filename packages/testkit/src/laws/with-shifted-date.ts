const shiftMs = 40 * 24 * 3_600_000

/** Runs `task` in a process whose calendar is forty days ahead: what reads the date by itself gives itself away. */
export async function withShiftedDate<T>(task: () => Promise<T>): Promise<T> {
  const RealDate = Date
  const now = (): number => RealDate.now() + shiftMs
  globalThis.Date = new Proxy(RealDate, {
    construct: (real, given) =>
      Reflect.construct(real, given.length === 0 ? [now()] : given) as Date,
    apply: () => new RealDate(now()).toString(),
    get: (real, name) => (name === 'now' ? now : (Reflect.get(real, name) as unknown)),
  })
  try {
    return await task()
  } finally {
    globalThis.Date = RealDate
  }
}
