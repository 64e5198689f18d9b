import { ACT_SPEC } from './errors.ts'

/** What is wrong with what `create` made; undefined if nothing is. */
export function behaviorFault(id: string, made: unknown): Error | undefined {
  return faultOf(id, made, 'create must return an object with receive, or ignore')
}

/** What is wrong with what `become` was given; undefined if nothing is. */
export function receiverFault(id: string, given: unknown): Error | undefined {
  return faultOf(id, given, 'become needs an object with receive')
}

function faultOf(id: string, made: unknown, needed: string): Error | undefined {
  const members = (made ?? {}) as {
    readonly [name in 'receive' | 'receiveBatch' | 'onStop']?: unknown
  }
  if (typeof members.receive !== 'function') {
    const got = typeof made === 'object' && made !== null ? 'an object without it' : String(made)
    return ACT_SPEC({ id, fault: `${needed}; got ${got}` })
  }
  return (
    optionalFault(id, 'receiveBatch', members.receiveBatch) ??
    optionalFault(id, 'onStop', members.onStop)
  )
}

function optionalFault(id: string, name: string, member: unknown): Error | undefined {
  if (member === undefined || typeof member === 'function') return undefined
  return ACT_SPEC({ id, fault: `${name} must be a function; got ${typeof member}` })
}
