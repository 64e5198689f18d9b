import type { Nodes } from './build-tasks.ts'

/** The job has failed: what was finished still goes to readers that take all of it. */
export function handOver({ gates, sinks, sources, stages }: Nodes): void {
  const readers = new Set(sinks.flatMap(({ task }) => task.lasting))
  if (readers.size === 0) return
  const between = gates.filter(({ task }) => task.leadsTo(readers))
  for (const edge of between.flatMap(({ task }) => task.edges)) readers.add(edge)
  for (const { task } of [...sources, ...stages]) task.handOver(readers)
  for (const { task } of between) task.handOver()
}
