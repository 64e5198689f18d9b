import type { TimeSpec } from '../plan/job-spec.ts'

/** Why a time cannot be a record's: it would stall event time, or rush it. */
export function faultOf(timestamp: number, time: TimeSpec, wallMs: number): string | undefined {
  const { aheadMs, description, notAfter, notBefore } = time
  if (timestamp !== timestamp) return `The record has no valid time in ${description}.`
  if (notBefore !== undefined && timestamp < notBefore) {
    return `The record's time, ${iso(timestamp)}, is before ${iso(notBefore)}.`
  }
  if (notAfter !== undefined && timestamp > notAfter) {
    return `The record's time, ${iso(timestamp)}, is after ${iso(notAfter)}.`
  }
  if (aheadMs !== undefined && timestamp > wallMs + aheadMs) {
    return `The record's time, ${iso(timestamp)}, is too far ahead of the clock, ${iso(wallMs)}.`
  }
  return undefined
}

const iso = (ms: number): string => new Date(ms).toISOString()
