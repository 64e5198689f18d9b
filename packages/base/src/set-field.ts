/**
 * Gives an object a field of its own, whatever its name: plain assignment takes the one name `__proto__` for the prototype,
 * and records come from files that anyone may have written.
 */
export function setField(target: Record<string, unknown>, name: string, value: unknown): void {
  if (name !== '__proto__') target[name] = value
  else {
    Object.defineProperty(target, name, {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    })
  }
}
