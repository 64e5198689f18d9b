import type { Scenario } from './scenario.ts'
import { keyed } from './scenarios/keyed.ts'
import { plain } from './scenarios/plain.ts'
import { sinks } from './scenarios/sinks.ts'
import { stores } from './scenarios/stores.ts'
import { windows } from './scenarios/windows.ts'

/** All kinds of jobs, by name. */
export const scenarios: Readonly<Record<string, Scenario>> = {
  ...plain,
  ...keyed,
  ...windows,
  ...sinks,
  ...stores,
}
