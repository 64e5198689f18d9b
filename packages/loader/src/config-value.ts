import type { Where } from '@millrace/base'
import type { ValueOrigin } from './document/config-node.ts'

/** One configured value and where it comes from. */
export interface ConfigValue {
  /** As `--set` takes it, such as `stages.hourly.parameters.tumbling`. */
  readonly path: string
  readonly value: unknown
  readonly origin: ValueOrigin
  /** Absent for defaults. */
  readonly where?: Where | undefined
  /** True for what must never be shown: secret parameters, `${file:…}`, URLs with a password. */
  readonly secret: boolean
  /** Field paths that should be in the records, for this expression or key names them; absent for other values. */
  readonly expects?: readonly string[] | undefined
}
