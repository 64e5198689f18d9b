import { messageOf } from '@millrace/base'
import type { ActorSystem } from '@millrace/core'

import type { Trace } from './trace.ts'

/** Writes what a system tells about itself into a trace. */
export function followEvents({ events }: ActorSystem, trace: Trace): void {
  events.on('started', ({ path }) => trace.happened('start', path))
  events.on('restarted', ({ path, cause }) => trace.happened('restart', path, messageOf(cause)))
  events.on('stopped', ({ path, cause }) => {
    trace.happened('stop', path, cause === undefined ? undefined : messageOf(cause))
  })
  events.on('deadLetter', ({ path, message, reason }) => {
    trace.happened('deadLetter', path, reason, message)
  })
  events.on('overflow', ({ path, message, policy }) => {
    trace.happened('overflow', path, policy, message)
  })
  events.on('escalated', ({ path, cause }) => trace.happened('escalate', path, messageOf(cause)))
}
