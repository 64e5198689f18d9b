import { PerformanceObserver } from 'node:perf_hooks'
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8'

const semiSpaceBytesMax = 4 * 1024 * 1024

/**
 * Lets V8's young generation grow from the 1 MB that bin/millrace.js holds it at to 4 MB, and no further: at 1 MB a job
 * pays a tenth of its time for collections, at V8's own 64 MB with a hundred megabytes of memory.
 * See docs/decisions/0003-memory.md.
 */
export function growYoungGeneration(): void {
  setFlagsFromString('--semi-space-growth-factor=2')
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
