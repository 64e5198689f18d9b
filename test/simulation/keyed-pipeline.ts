import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Runtime } from '@millrace/base'
import { Job, loadSpec } from '@millrace/job'

interface Order {
  readonly user: string
  readonly amount: number
}

const file = join(mkdtempSync(join(tmpdir(), 'millrace-keyed-')), 'job.yaml')
writeFileSync(
  file,
  `pipeline:
  name: totals
  stages:
    - filter: amount > 10
    - module: aggregate
      by: user
      parameters: { aggregate: { orders: count(), spent: sum(amount) } }
`,
)

/** Loaded once; each run makes a job of its own. */
const { spec } = await loadSpec({ file, endpoints: 'optional' })

/** So many orders of so many users. */
export function ordersOf(count: number, users: number): readonly Order[] {
  return Array.from({ length: count }, (_, index) => ({
    user: `user-${index % users}`,
    amount: (index * 7) % 50,
  }))
}

/** Runs a YAML pipeline with keyed state over `orders`; its results, one a user. */
export async function totalsOf(runtime: Runtime, orders: readonly Order[]): Promise<unknown[]> {
  if (spec === undefined) throw new Error('The job file is wrong.')
  const job = new Job({ spec, runtime, dispose: () => Promise.resolve() })
  const totals: unknown[] = []
  for await (const total of job.run(orders)) totals.push(total)
  return totals
}
