import { noExpressions, tryParseParameters } from '@millrace/sdk'
import { describe, expect, it } from 'vitest'
import { pattern } from './pattern.ts'
import type { PatternParameters } from './pattern-parameters.ts'

const a = { name: 'a', where: 'x < 5' }
const b = { name: 'b' }

/** Place and message of what is refused. */
function faultsOf(parameters: Record<string, unknown>, keys: readonly string[] = ['card']) {
  const parsed = tryParseParameters(
    { ...pattern, check: () => [] },
    { steps: [a, b], within: '1m', ...parameters },
  )
  if (!('value' in parsed)) throw new Error('Its schema refuses it.')
  const surroundings = { ends: true, keys, expressions: noExpressions }
  return pattern
    .check?.(parsed.value, surroundings)
    .map(({ message, path }) => `${path.join('.')}: ${message}`)
}

const parametersOf = (parameters: Record<string, unknown>): PatternParameters => {
  const parsed = tryParseParameters(pattern, { steps: [a, b], within: '1m', ...parameters })
  if (!('value' in parsed)) throw new Error('It is refused.')
  return parsed.value
}

describe('refused are', () => {
  it.each<[Record<string, unknown>, string]>([
    [{ within: 'soon' }, 'within: must be a length of time with a unit; got "soon".'],
    [{ within: '0s' }, 'within: must be a length of time above 0; got "0s".'],
    [{ steps: [] }, 'steps: there are no steps.'],
    [{ steps: [a, { where: 'x > 1' }] }, 'steps.1: a step has a name, or is a not.'],
    [{ steps: [{ not: 'x > 1' }, a] }, 'steps.0: a pattern cannot begin with an absence.'],
    [{ steps: [a, { not: 'x > 1', times: 2 }, b] }, 'steps.1: an absence has nothing but its not.'],
    [{ steps: [a, a] }, 'steps.1.name: two steps are called "a".'],
    [{ steps: [{ name: 'in' }] }, 'steps.0.name: "in" cannot be used in expressions.'],
    [{ steps: [{ name: 'a-b' }] }, 'steps.0.name: "a-b" cannot be used in expressions.'],
    [{ steps: [{ ...a, times: 'many' }, b] }, 'steps.0.times: "many" is no number of times.'],
    [{ steps: [{ ...a, times: 0 }, b] }, 'steps.0.times: "0" is no number of times.'],
    [{ steps: [{ ...a, times: '3..2' }, b] }, 'steps.0.times: "3..2" is no number of times.'],
    [
      { steps: [a, { ...b, times: '2..' }] },
      'steps.1.times: a match is complete with its last record, so the last step never takes more than 2.',
    ],
    [
      { steps: [{ ...a, follows: 'directly' }, b] },
      'steps.0.follows: there is nothing that the first record could follow.',
    ],
    [
      { steps: [{ name: 'a', where: 'x < b.x' }, b] },
      'steps.0.where: the condition reads "b", which comes later.',
    ],
    [
      { steps: [{ name: 'a', where: 'a.x < 5' }, b] },
      'steps.0.where: the condition reads the record of its own step, which is the one in hand: leave "a." out.',
    ],
    [{ select: { x: 'x' } }, 'select.x: "x" is a field of no step.'],
    [
      { select: { card: 'a.x' } },
      'select.card: "card" is also the name of a key; the result has both.',
    ],
    [
      { timeouts: { waitedFor: 'a.x' } },
      'timeouts.waitedFor: "waitedFor" is also a field of every result; the result has both.',
    ],
    [
      { steps: [a, { name: 'card' }] },
      'steps.1.name: "card" is also the name of a key; the result has both.',
    ],
    [
      { steps: Array.from({ length: 31 }, (_, index) => ({ name: `s${index}` })) },
      'steps: a pattern has at most 30 steps.',
    ],
  ])('%j', (parameters, fault) => {
    expect(faultsOf(parameters)).toContain(fault)
  })
})

describe('taken are', () => {
  it.each<[Record<string, unknown>]>([
    [{}],
    [{ steps: [{ ...a, times: '2..', follows: 'directly' }, { not: 'x > first(a).x' }] }],
    [{ steps: [{ name: 'a', times: 3, where: 'size(a) == 0 || x > last(a).x' }] }],
    [{ steps: [a, { name: 'card' }], select: { x: 'card.x + a.x', n: "key('card')" } }],
    [{ steps: Array.from({ length: 30 }, (_, index) => ({ name: `s${index}` })) }],
  ])('%j', (parameters) => {
    expect(faultsOf(parameters)).toStrictEqual([])
  })
})

describe('the fields it reads', () => {
  const select = { from: 'a.amount', to: 'b.place.city' }

  it('are those of its conditions and of the records of its steps', () => {
    const parameters = parametersOf({
      steps: [a, { name: 'b', where: 'amount > 2 * a.amount && record.type == 1' }],
      select: { ...select, at: "key('card')", extra: 'coalesce(b.extra, 0)' },
    })

    expect(pattern.reads?.(parameters)).toStrictEqual([
      'x',
      'amount',
      'type',
      'place.city',
      'extra',
    ])
    expect(pattern.expects?.(parameters)).toStrictEqual(['x', 'amount', 'type', 'place.city'])
  })

  it('are all where results hold whole records', () => {
    expect(pattern.reads?.(parametersOf({}))).toBe(undefined)
    expect(pattern.reads?.(parametersOf({ select: { a: 'a' } }))).toBe(undefined)
    expect(
      pattern.reads?.(parametersOf({ steps: [{ ...a, times: 2 }], select: { x: 'first(a).x' } })),
    ).toBe(undefined)
  })
})

it('says what it keeps, and when it lets go of it', () => {
  expect(pattern.retains?.(parametersOf({}))).toBe(
    'It keeps records until the watermark has passed them, and the records of partial matches, at most 10000 per key, until they match, can match no more, or the watermark is 1m past the first of them.',
  )
})
