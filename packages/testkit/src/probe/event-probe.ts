import type { ActorEventMap } from '@millrace/core'

import type { ProbeHost } from './probe.ts'
import { WaitingList } from './waiting-list.ts'

/** Events of a system that a test looks at, like the messages of a probe. */
export type EventProbe<E> = Omit<WaitingList<E>, 'push'>

/** Collects events of one kind from now on, such as `overflow`, `restarted` or `escalated`. */
export function eventProbe<Name extends keyof ActorEventMap>(
  host: ProbeHost,
  name: Name,
): EventProbe<ActorEventMap[Name][0]> {
  const list = new WaitingList<ActorEventMap[Name][0]>(host, `An event "${name}"`)
  const listen = (event: ActorEventMap[Name][0]): void => list.push(event)
  host.system.events.on(name, listen)
  return list
}

/** Collects messages that found no receiver, with their reasons. */
export function deadLetterProbe(host: ProbeHost): EventProbe<ActorEventMap['deadLetter'][0]> {
  return eventProbe(host, 'deadLetter')
}
