import { displayPath } from './fault-text.ts'

/** A configured value as JSON; a file below the folder by its relative path. */
export function renderSetting(value: unknown, cwd: string | undefined): string {
  const shown = typeof value === 'string' ? displayPath(value, cwd) : value
  return JSON.stringify(shown) ?? 'none'
}
