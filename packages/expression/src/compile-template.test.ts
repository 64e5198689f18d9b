import { describe, expect, it } from 'vitest'
import { compileAggregateCall, compilePath, compileTemplate } from './index.ts'

const context = { timestamp: 978_310_020_000 }

describe('templates', () => {
  it('put the values of their expressions between their texts', () => {
    const template = compileTemplate(
      "{day(eventTime())}-{origin}-{{x}}-{split('a}b', '}')[1]}.jsonl",
    )

    expect(template.evaluate({ origin: 'SFO' }, context)).toBe('2001-01-01-SFO-{x}-b.jsonl')
    expect(template.fields).toEqual(['origin'])
  })

  it('write null, numbers, lists and maps as JSON', () => {
    const template = compileTemplate("{missing} {1.50} {[a]} { {'k': a}.k } {'it\\'s'}")

    expect(template.evaluate({ a: 'x' }, context)).toBe('null 1.5 ["x"] x it\'s')
  })

  it('may be plain text', () => {
    expect(compileTemplate('').evaluate({}, context)).toBe('')
    expect(compileTemplate('out.csv').evaluate({}, context)).toBe('out.csv')
  })
})

describe('paths', () => {
  const record = { customer: { name: 'Ada' }, type: 'jet', 'dep-delay': 4, tags: ['a'] }

  it('read own properties, and null for what is missing', () => {
    expect(compilePath('customer.name').read(record)).toBe('Ada')
    expect(compilePath('type').read(record)).toBe('jet')
    expect(compilePath('record.type').read(record)).toBe('jet')
    expect(compilePath('record').read(record)).toBe(record)
    expect(compilePath('record').read(undefined)).toBeNull()
    expect(compilePath('dep-delay').read(record)).toBe(4)
    expect(compilePath('customer.name.length').read(record)).toBeNull()
    expect(compilePath('tags.length').read(record)).toBeNull()
    expect(compilePath('missing').read(record)).toBeNull()
    expect(compilePath('constructor').read(record)).toBeNull()
    expect(compilePath('customer.__proto__').read(record)).toBeNull()
    expect(compilePath('type').read(null)).toBeNull()
  })

  it('name their field as expressions do', () => {
    expect(compilePath('record.customer.name').fields).toEqual(['customer.name'])
    expect(compilePath('record').fields).toEqual(['record'])
  })
})

describe('aggregate calls', () => {
  it('are taken apart into name, argument and constants', () => {
    const call = compileAggregateCall("quantile(delay / 60, 0.95, 'fast', true)")

    expect(call.name).toBe('quantile')
    expect(call.argument?.evaluate({ delay: 30 }, context)).toBe(0.5)
    expect(call.constants).toEqual([0.95, 'fast', true])
    expect(call.fields).toEqual(['delay'])
  })

  it('may have no argument', () => {
    const call = compileAggregateCall('count()')

    expect(call).toEqual({
      text: 'count()',
      name: 'count',
      constants: [],
      fields: [],
      expected: [],
    })
  })
})
