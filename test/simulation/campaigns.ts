import { explore, type ExploreOptions, type Scenario } from '@millrace/testkit'

import { checkpoints } from './checkpoints/scenario.ts'
import { messaging } from './messaging/scenario.ts'
import { pipeline } from './pipeline/scenario.ts'
import { pools } from './pools/scenario.ts'
import { restarts } from './restarts/scenario.ts'
import type { Campaign } from './seeds.ts'
import { supervision } from './supervision/scenario.ts'

function campaign<W>(
  name: string,
  parts: { readonly scenario: Scenario<W>; readonly checks: ExploreOptions<W> },
): Campaign {
  const { scenario, checks } = parts
  return { name, run: (range) => explore(scenario, { name, ...checks, ...range }) }
}

/** All scenarios, by name. */
export const campaigns: Readonly<Record<string, Campaign>> = {
  checkpoints: campaign('checkpoints', checkpoints),
  messaging: campaign('messaging', messaging),
  pipeline: campaign('pipeline', pipeline),
  pools: campaign('pools', pools),
  restarts: campaign('restarts', restarts),
  supervision: campaign('supervision', supervision),
}
