import { Environment, parse } from '@marcbachmann/cel-js'
import { describe, expect, it } from 'vitest'
import { compileExpression } from './compile-expression.ts'
import { reservedNames } from './reserved-names.ts'

/** Whether the library reads the bare name as the variable of that name. */
function isVariable(name: string): boolean {
  try {
    return parse(name)({ [name]: 'own value' }) === 'own value'
  } catch {
    return false
  }
}

describe('reserved names', () => {
  it('are all refused as variables by the library', () => {
    expect(reservedNames.filter((name) => isVariable(name))).toEqual([])
  })

  it('contain every name that the library has bound itself', () => {
    const bound = new Environment().getDefinitions().variables.map((each) => each.name)

    expect(bound.filter((name) => !reservedNames.includes(name))).toEqual([])
  })

  it('leave names that look alike to the fields', () => {
    const names = ['types', 'record_type', 'key', 'env', 'has', 'size', 'In', 'TRUE', 'timestamp']

    expect(names.filter((name) => !isVariable(name))).toEqual([])
    expect(names.filter((name) => reservedNames.includes(name))).toEqual([])
  })

  it('can be read behind record, as hints say', () => {
    const keywords = ['in', 'true', 'false', 'null']
    for (const name of reservedNames) {
      const text = keywords.includes(name) ? `record["${name}"]` : `record.${name}`
      const record: unknown = JSON.parse(`{ "${name}": 5 }`)

      expect(compileExpression(text).evaluate(record, { timestamp: 0 })).toBe(5)
    }
  })
})
