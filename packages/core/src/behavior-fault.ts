import { ACT_SPEC } from './errors.ts'

/** What is wrong with what `create` made; undefined if nothing is. */
export function behaviorFault(id: string, made: unknown): Error | undefined {
  const { receive } = (made ?? {}) as { receive?: unknown }
  if (typeof receive === 'function') return undefined
  const got = typeof made === 'object' && made !== null ? 'an object without it' : String(made)
  return ACT_SPEC({ id, fault: `create must return an object with receive, or ignore; got ${got}` })
}
