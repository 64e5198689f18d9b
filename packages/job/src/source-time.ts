import type { TimeSpec } from '@millrace/engine'
import { compilePath } from '@millrace/expression/path'
import { compileTime, type TimeOptions } from '@millrace/expression/time'
import { JOB_TIME } from './errors.ts'

/** Event time of the records of a source: `arrival` (the clock when one comes), or where it stands. */
export type SourceTime<In = unknown> = 'arrival' | StatedTime<In>

/** Event time that the records carry. Exactly one of `field` and `timestamp` is given. */
export interface StatedTime<In = unknown>
  extends
    TimeOptions,
    Pick<
      TimeSpec,
      'idleMs' | 'alignMs' | 'notBefore' | 'notAfter' | 'aheadMs' | 'watermarks' | 'disorderMs'
    > {
  /** Path of the field that holds it; `format`, `zone` and `unit` say how it is written. */
  readonly field?: string
  /** Epoch ms of a record; NaN, or a throw, when it has none: the record is malformed. */
  readonly timestamp?: (record: In) => number
}

/** The specification for the engine. Throws JOB_TIME, and EXP_* errors of the path and the format. */
export function timeSpec<In>(time: SourceTime<In>): TimeSpec {
  if (time === 'arrival') {
    const description = 'its arrival'
    return { timestamp: () => Number.NaN, disorderMs: 0, description, arrival: true }
  }
  const { field, format, timestamp, unit, zone, ...more } = time
  if ((field === undefined) === (timestamp === undefined)) throw JOB_TIME({})
  if (timestamp !== undefined) {
    const read = timestamp as (record: unknown) => number
    return { ...more, timestamp: read, description: 'a function of the record' }
  }
  const path = compilePath(field ?? '')
  const parse = compileTime({ format, zone, unit })
  const description = `field "${field}"`
  return { ...more, timestamp: (record) => parse(path.read(record)), description }
}
