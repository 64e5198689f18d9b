import type { RawRecords } from '@millrace/sdk'

/**
 * The values of a batch, of which those that are undefined are made of their bytes, which are JSON, once anybody looks at one. Most are
 * never looked at: lines that are wanted for certain go from file to file as bytes.
 */
export function unreadValues(
  values: unknown[],
  raw: RawRecords,
  looked: () => void,
): readonly unknown[] {
  let isRead = false
  const read = (): void => {
    if (isRead) return
    isRead = true
    looked()
    for (let index = 0; index < values.length; index++) {
      if (values[index] !== undefined) continue
      const bytes = raw.bytes[index] as Buffer
      values[index] = JSON.parse(bytes.toString('utf8', raw.from[index], raw.to[index]))
    }
  }
  return new Proxy(values, {
    get(target, name): unknown {
      if (name !== 'length') read()
      return Reflect.get(target, name)
    },
    set(target, name, value): boolean {
      read()
      return Reflect.set(target, name, value)
    },
  })
}
