import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { detectors } from './detectors.ts'
import * as everything from './index.ts'

const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  readonly millrace: { readonly detector: Readonly<Record<string, string>> }
}

it('every detector stands in the list, in the manifest and among the exports', () => {
  const exported = new Set<unknown>(Object.values(everything))
  const names = detectors.map(({ name }) => name)

  expect(Object.keys(manifest.millrace.detector)).toStrictEqual(names)
  expect(detectors.filter((detector) => !exported.has(detector))).toStrictEqual([])
})
