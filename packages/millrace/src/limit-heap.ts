import { PerformanceObserver } from 'node:perf_hooks'
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8'

const semiSpaceBytesMax = 8 * 1024 * 1024

/**
 * Sets V8's heap up for a stream, which makes garbage all the time and keeps little: each half of the young generation
 * grows to 8 MB and no further, and the old one is collected when it has doubled.
 * What that saves and costs: docs/decisions/0003-memory.md.
 */
export function limitHeap(): void {
  setFlagsFromString('--heap-growing-percent=100')
  // Worker threads begin with what the first one grows to: what stops that growth stops theirs, too.
  setFlagsFromString('--min-semi-space-size=8')
  const observer = new PerformanceObserver(() => {
    if (semiSpaceBytes() < semiSpaceBytesMax) return
    setFlagsFromString('--semi-space-growth-factor=1')
    observer.disconnect()
  })
  observer.observe({ entryTypes: ['gc'] })
}

function semiSpaceBytes(): number {
  const space = getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space')
  return (space?.space_size ?? 0) / 2
}
