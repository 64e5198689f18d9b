import { expect, it } from 'vitest'
import { compileTemplate } from './compile-template.ts'
import { expectedOfTexts, fieldsOfTexts } from './fields-of-texts.ts'

it('names each field once, over all texts', () => {
  const fields = fieldsOfTexts(["delay > 15 && origin == 'SFO'", 'delay < customer.limit'])

  expect(fields).toEqual(['delay', 'origin', 'customer.limit'])
})

it('reads nothing where there is no text', () => {
  expect(fieldsOfTexts([])).toEqual([])
})

it.each(['record == null', 'ours(delay)', "env('REGION') == region", 'delay >'])(
  'cannot say it for %s',
  (text) => {
    expect(fieldsOfTexts(['delay > 15', text])).toBeUndefined()
  },
)

it('takes templates as well', () => {
  expect(fieldsOfTexts(['{delay} late in {origin}'], compileTemplate)).toEqual(['delay', 'origin'])
  expect(fieldsOfTexts(['{record}'], compileTemplate)).toBeUndefined()
})

it('takes for granted what no text asks for, and leaves out what it cannot compile', () => {
  const texts = ['delay > 15 && has(zone)', 'ours(dest)', 'record == delay', 'limit == null']

  expect(expectedOfTexts(texts)).toEqual(['delay'])
  expect(expectedOfTexts(['{coalesce(day, 1)}/{origin}'], compileTemplate)).toEqual(['origin'])
})
