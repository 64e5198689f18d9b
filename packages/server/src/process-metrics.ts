import { cpuUsage, memoryUsage, versions } from 'node:process'
import type { MetricFamily } from './metric-family.ts'

/** What is measured of this process, under the names that Prometheus clients agree on. */
export function processMetrics(version: string): readonly MetricFamily[] {
  const { arrayBuffers, external, heapTotal, heapUsed, rss } = memoryUsage()
  const { system, user } = cpuUsage()
  const one = (name: string, help: string, value: number): MetricFamily => ({
    name,
    type: name.endsWith('_total') ? 'counter' : 'gauge',
    help,
    samples: [{ labels: {}, value }],
  })
  return [
    {
      name: 'millrace_build_info',
      type: 'gauge',
      help: 'Always 1; the labels say which versions run.',
      samples: [{ labels: { version, node: versions.node }, value: 1 }],
    },
    one(
      'process_start_time_seconds',
      'When the process started, as a Unix time.',
      performance.timeOrigin / 1000,
    ),
    one(
      'process_cpu_seconds_total',
      'Processor time spent, by the user and the system.',
      (system + user) / 1e6,
    ),
    one('process_resident_memory_bytes', 'Memory of the process.', rss),
    one('nodejs_heap_size_total_bytes', 'Heap that is reserved.', heapTotal),
    one('nodejs_heap_size_used_bytes', 'Heap that is used.', heapUsed),
    one(
      'nodejs_external_memory_bytes',
      'Memory outside of the heap, array buffers among it.',
      external,
    ),
    one('nodejs_array_buffers_bytes', 'Memory of array buffers.', arrayBuffers),
  ]
}
