import type { JobCheckpoint } from '@millrace/engine'
import { expect, it } from 'vitest'
import { movedSources } from './moved-sources.ts'

const sourcesOf = (partitions: readonly string[], done: readonly string[]) =>
  ({
    files: { partitions: partitions.map((name) => ({ name })), done },
  }) as unknown as JobCheckpoint['sources']

it.each([
  ['/old', '/new/place'],
  ['/old', '/'],
])(
  'partitions below the folder of a job (%s) lie below its new one (%s), others where they were',
  (before, now) => {
    const sources = sourcesOf(['/old/a.jsonl', '/older/b', 'topic-1'], ['/old/x/c.jsonl', '/old'])

    const start = now === '/' ? '' : now
    expect(movedSources(sources, before, now)).toEqual(
      sourcesOf([`${start}/a.jsonl`, '/older/b', 'topic-1'], [`${start}/x/c.jsonl`, '/old']),
    )
  },
)

it('knows where partitions of the old folder ended', () => {
  const files = { partitions: [], done: ['/old/a'], ends: { '/old/a': 7 } }
  const sources = { files } as unknown as JobCheckpoint['sources']

  expect(movedSources(sources, '/old', '/new')).toEqual({
    files: { partitions: [], done: ['/new/a'], ends: { '/new/a': 7 } },
  })
})

it('a job of the root of the disk may move too, and one that stays has the same partitions', () => {
  const sources = sourcesOf(['/a.jsonl'], [])

  expect(movedSources(sources, '/', '/srv')).toEqual(sourcesOf(['/srv/a.jsonl'], []))
  expect(movedSources(sources, '/srv', '/srv')).toBe(sources)
})
