import type { FieldTest, RecordTests } from '@millrace/sdk'
import * as pass from './line-pass-code.ts'

/** Numbers of what lies behind a test, for the pass. */
const verdicts = { wanted: pass.WANTED, unwanted: pass.UNWANTED, unsure: pass.UNSURE } as const

const orders = {
  '==': pass.EQUALS_NUMBER,
  '<': pass.BELOW,
  '<=': pass.AT_MOST,
  '>': pass.ABOVE,
  '>=': pass.AT_LEAST,
} as const

/** The whole memory of the pass. */
interface Memory {
  readonly integers: Int32Array
  readonly doubles: Float64Array
  readonly bytes: Buffer
}

/**
 * Writes tests into the layout at `at`, whose rows have cells for `fields`; nothing where the pass cannot make all of them: then
 * it finds all lines of the layout.
 */
export function writeTests(
  { bytes, doubles, integers }: Memory,
  at: number,
  fields: readonly string[],
  { tests, time }: RecordTests,
): void {
  const places = [...tests, ...(time === undefined ? [] : [time])].map(({ field }) => {
    return placeOf(field, fields)
  })
  if (tests.length > pass.TESTS || places.includes(undefined)) return
  // A line without a time is for somebody else.
  if (time !== undefined && places.at(-1) === ABSENT) return
  for (const [index, { no, operator, value, yes }] of tests.entries()) {
    const from = at + pass.FIRST_TEST + index * pass.TEST_BYTES
    const text = typeof value === 'string' ? textOf(value) : ''
    if (text === undefined || (operator !== '==' && typeof value !== 'number')) return
    const set = (what: number, number: number): void => {
      integers[(from + what) >> 2] = number
    }
    set(pass.OPERATOR, operatorOf(operator, value))
    set(pass.CELL, places[index] as number)
    set(pass.YES, typeof yes === 'number' ? yes : verdicts[yes])
    set(pass.NO, typeof no === 'number' ? no : verdicts[no])
    set(pass.TEXT_LENGTH, text.length)
    doubles[(from + pass.OPERAND_NUMBER) >> 3] = typeof value === 'number' ? value : 0
    const operand = from + pass.OPERAND_TEXT
    bytes.fill(0, operand, operand + pass.TEXT_BYTES)
    bytes.set(text === '' ? [] : text, operand)
  }
  integers[(at + pass.TIME_CELL) >> 2] = time === undefined ? ABSENT : (places.at(-1) as number)
  integers[(at + pass.IS_TESTED) >> 2] = 1
}

/** The place of a field that no member stands for. */
const ABSENT = -1

/** Where in a row the cell of a field is; undefined where there are several. */
function placeOf(field: string, fields: readonly string[]): number | undefined {
  const index = fields.indexOf(field)
  if (index === ABSENT) return ABSENT
  return fields.includes(field, index + 1) ? undefined : index * pass.CELL_BYTES
}

/** A text as bytes; undefined where it is longer than texts are compared, or none that a file can have. */
function textOf(text: string): Buffer | undefined {
  const bytes = Buffer.from(text)
  return text.isWellFormed() && bytes.length <= pass.TEXT_BYTES ? bytes : undefined
}

function operatorOf(operator: FieldTest['operator'], value: FieldTest['value']): number {
  if (value === null) return pass.IS_NULL
  if (typeof value === 'boolean') return value ? pass.IS_TRUE : pass.IS_FALSE
  return typeof value === 'string' ? pass.EQUALS_TEXT : orders[operator]
}
