import { isMillraceError, messageOf, MillraceError } from '@millrace/base'
import { addFieldPaths, type SourceSpec } from '@millrace/engine'
import type { LoadedJob } from '@millrace/loader'
import { CLI_SAMPLE_EMPTY, CLI_SAMPLE_FAILED } from '../errors.ts'
import { formatCount } from '../report/quantity.ts'
import { readSample } from './read-sample.ts'
import { unseenFields } from './unseen-fields.ts'

const recordsMax = 1000
const waitMs = 3000
// Records are data from outside: one that nests without end must not end the check.
const depthMax = 6

/** What the first records of a job's sources show. */
export interface SampleFindings {
  /** Sources that cannot be read. */
  readonly faults: readonly MillraceError[]
  /** Fields that are named and that no record has; sources without records. */
  readonly warnings: readonly MillraceError[]
  /** What was sampled, for people. */
  readonly sampled: string
}

/** Reads up to 1,000 records of each source, waiting up to 3 s for them, and runs no stage. */
export async function sampleJob(loaded: LoadedJob): Promise<SampleFindings> {
  const { spec, plan, values } = loaded
  const faults: MillraceError[] = []
  const warnings: MillraceError[] = []
  const fields = new Map<string, readonly string[] | undefined>()
  let count = 0
  for (const source of spec?.sources ?? []) {
    try {
      const records = await readSample(
        source,
        Math.min(recordsMax, source.limit ?? Infinity),
        waitMs,
      )
      if (records.length === 0) warnings.push(CLI_SAMPLE_EMPTY({ source: source.id }))
      fields.set(source.id, records.length === 0 ? undefined : fieldPaths(records))
      count += records.length
    } catch (error) {
      faults.push(sourceFault(source, error))
    }
  }
  if (spec !== undefined && plan !== undefined) {
    const readers = [...spec.stages, ...spec.sinks]
    warnings.push(...unseenFields({ readers, plan, values }, fields, count))
  }
  return { faults, warnings, sampled: `${formatCount(count)} records sampled` }
}

function fieldPaths(records: readonly unknown[]): readonly string[] {
  const paths = new Set<string>()
  for (const record of records) addFieldPaths(record, depthMax, paths)
  return [...paths]
}

/** The source's own error, placed where the job file says what to read. */
function sourceFault({ id, where = { stage: id } }: SourceSpec, error: unknown): MillraceError {
  if (!isMillraceError(error)) {
    const message = messageOf(error)
    return CLI_SAMPLE_FAILED({ source: id, message }, where, error)
  }
  const { code, message, hint, retry, cause } = error
  return new MillraceError(code, message, { hint, retry, cause, where })
}
