import type { Letter } from '@millrace/job'

type Check = (value: unknown) => boolean

const isObject: Check = (value) =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isText: Check = (value) => typeof value === 'string'
const isNumber: Check = (value) => typeof value === 'number'
const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value)

const isError: Check = (value) => {
  const { code, message } = value as { readonly code?: unknown; readonly message?: unknown }
  return isText(code) && isText(message)
}
const isPosition: Check = (value) => {
  const { source, partition, offset, line } = value as Readonly<Record<string, unknown>>
  return isText(source) && isText(partition) && isNumber(offset) && orNull(isNumber)(line)
}

/** What must stand in a letter; the rest may be anything. */
const fields: Readonly<Record<string, Check>> = {
  id: isText,
  record: (value) => value !== undefined,
  raw: orNull(isText),
  stage: isText,
  input: orNull(isText),
  key: orNull(isObject),
  eventTime: orNull(isNumber),
  error: orNull(isError),
  position: orNull(isPosition),
  time: isNumber,
}

/** The letter of a line, or why the line is none. */
export function parseLetter(text: string): Letter | string {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return 'it is not JSON'
  }
  if (!isObject(value)) return 'it is not an object'
  for (const [name, check] of Object.entries(fields)) {
    const field = (value as Readonly<Record<string, unknown>>)[name]
    if (field === undefined) return `it has no "${name}"`
    if (!check(field)) return `its "${name}" is not that of a dead letter`
  }
  return value as Letter
}
