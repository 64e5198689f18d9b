import { fieldsOfTexts } from '@millrace/expression'
import type { JoinParameters } from './join-parameters.ts'

/** The fields of its inputs that a join with `select` looks at; undefined: results hold records as they came. */
export function fieldsRead({ select, window }: JoinParameters): readonly string[] | undefined {
  if (select === undefined) return undefined
  const texts = Object.values(select).filter((value) => typeof value === 'string')
  const fields = new Set<string>()
  for (const path of fieldsOfTexts(texts) ?? ['record']) {
    const dot = path.indexOf('.')
    if (dot >= 0) fields.add(path.slice(dot + 1))
    else if (window === undefined || !['windowStart', 'windowEnd'].includes(path)) return undefined
  }
  return [...fields]
}
