import type { Simulation } from '@millrace/testkit'

/** Law 30 on the books of the system itself: each message is somewhere, or has one fate. */
export function checkAccount({ system }: Simulation): void {
  const counts = system.messages()
  const { sent, handled, queued, stashed, dead, dropped } = counts
  const known = handled + queued + stashed + dead + dropped
  if (sent === known && Math.min(handled, queued, stashed, dead, dropped) >= 0) return
  throw new Error(`${sent} messages were sent, ${known} are known: ${JSON.stringify(counts)}`)
}

/** At the end nothing waits any more. */
export function checkEmpty({ system }: Simulation): void {
  const { queued, stashed } = system.messages()
  if (queued + stashed > 0) throw new Error(`${queued} messages wait, ${stashed} are stashed`)
}
