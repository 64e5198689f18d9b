import { describe, expect, it } from 'vitest'
import { findUpdateClashes } from './find-update-clashes.ts'

type Updates = { readonly makes: boolean; readonly takes: boolean } | undefined

const stage = (id: string, from: string, updates?: Updates) => ({
  id,
  inputs: [{ from: [{ id: from, output: id === 'repair' ? 'late' : 'out' }] }],
  factory: { traits: { updates } },
})
const sink = (id: string, from: string, takesUpdates?: boolean) => ({
  id,
  from: [{ id: from, output: 'out' }],
  factory: { traits: { takesUpdates } },
})

const clashes = (found: ReturnType<typeof findUpdateClashes<object, object>>): unknown =>
  found.map(({ writer, reader }) => [writer, (reader as { id: string }).id])

describe('readers of results that replace earlier ones', () => {
  it('clash where they take none, also behind a stage that hands them on', () => {
    const stages = [
      stage('hourly', 'source', { makes: true, takes: false }),
      stage('map', 'hourly'),
      stage('daily', 'map', { makes: false, takes: false }),
      stage('other', 'source', { makes: false, takes: false }),
    ]

    const found = findUpdateClashes({
      stages,
      sinks: [sink('a', 'map', false), sink('b', 'map'), sink('c', 'other', false)],
    })

    expect(clashes(found)).toStrictEqual([
      ['map', 'daily'],
      ['map', 'a'],
    ])
  })

  it('may read late records, which are no results', () => {
    const stages = [
      stage('hourly', 'source', { makes: true, takes: false }),
      stage('repair', 'hourly', { makes: false, takes: false }),
    ]

    expect(findUpdateClashes({ stages, sinks: [] })).toStrictEqual([])
  })
})
