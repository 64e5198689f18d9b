// Preloaded into each competitor: writes its peak resident set (kB) where the benchmark asks for it.
import { writeFileSync } from 'node:fs'

process.on('exit', () => {
  const path = process.env.BENCH_RSS
  if (path !== undefined) writeFileSync(path, String(process.resourceUsage().maxRSS))
})
