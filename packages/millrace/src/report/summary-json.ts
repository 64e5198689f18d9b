import type { Summary } from '@millrace/engine'

/** The summary as data for other programs: its members as they are, the error with code, hint and place. */
export function summaryJson(summary: Summary): object {
  const { error, ...rest } = summary
  return error === undefined ? rest : { ...rest, error: error.toJSON() }
}
