import type { Scenario, World } from './scenario.ts'
import { journalWorld } from './journal-world.ts'
import { failing } from './scenarios/failing.ts'
import { keyed } from './scenarios/keyed.ts'
import { plain } from './scenarios/plain.ts'
import { sinks } from './scenarios/sinks.ts'
import { spilled } from './scenarios/spilling.ts'
import { stores } from './scenarios/stores.ts'
import { versions } from './scenarios/versions.ts'
import { windows } from './scenarios/windows.ts'
import { streamWorld } from './stream-world.ts'

/** All kinds of jobs, by name. */
export const scenarios: Readonly<Record<string, Scenario | World>> = {
  ...plain,
  ...keyed,
  ...spilled,
  ...windows,
  ...sinks,
  ...failing,
  ...stores,
  ...versions,
  'stream-group': streamWorld,
  journal: journalWorld,
}
