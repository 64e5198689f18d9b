import { ownValue } from './operators.ts'

/** Whether a name also exists on every plain object's prototype, so that a plain read could find it there. */
export function isInherited(name: string): boolean {
  return name in Object.prototype
}

/**
 * An own field of a map; null for anything else. For names that are not inherited only: on plain objects a bare read is
 * several times faster than asking for the owner first.
 */
export function readField(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return null
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === Object.prototype) {
    return (value as Record<string, unknown>)[name] ?? null
  }
  return Array.isArray(value) ? null : ownValue(value, name)
}

/** An own field of a map, whatever its name; null for anything else. */
export function readOwnField(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null
  return ownValue(value, name)
}
