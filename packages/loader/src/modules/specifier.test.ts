import { expect, test } from 'vitest'
import { packagesOf, parseSpecifier, pluginNameOf } from './specifier.ts'

test('a kebab-case word is a short name', () => {
  expect(parseSpecifier('late-arrivals')).toEqual({ form: 'short', name: 'late-arrivals' })
})

test('what starts with a dot, a slash or a drive is a path', () => {
  expect(parseSpecifier('./actors/mine.ts')).toEqual({ form: 'path', path: './actors/mine.ts' })
  expect(parseSpecifier('../mine.js')).toEqual({ form: 'path', path: '../mine.js' })
  expect(parseSpecifier('/srv/mine.js')).toEqual({ form: 'path', path: '/srv/mine.js' })
  expect(parseSpecifier('C:\\jobs\\mine.js')).toEqual({ form: 'path', path: 'C:\\jobs\\mine.js' })
})

test('a scope or a slash makes a package, with a subpath of dot where there is none', () => {
  expect(parseSpecifier('@acme/pg')).toEqual({ form: 'package', name: '@acme/pg', subpath: '.' })
  expect(parseSpecifier('pg-tools/sink')).toEqual({
    form: 'package',
    name: 'pg-tools',
    subpath: './sink',
  })
})

test('each form takes an export after a hash', () => {
  expect(parseSpecifier('filter#Fast')).toEqual({ form: 'short', name: 'filter', export: 'Fast' })
  expect(parseSpecifier('./a.ts#Mine')).toEqual({ form: 'path', path: './a.ts', export: 'Mine' })
  expect(parseSpecifier('@acme/pg#sink')?.export).toBe('sink')
})

test('a hash inside a file name is no export', () => {
  expect(parseSpecifier('./a#b.ts')).toEqual({ form: 'path', path: './a#b.ts' })
})

test('anything else is no module', () => {
  for (const text of ['', 'my module', 'filter#', '@acme', 'a//b', 'node:fs']) {
    expect(parseSpecifier(text)).toBeUndefined()
  }
})

test('a short name stands for an official package, then for a plugin of others', () => {
  expect(packagesOf('window')).toEqual(['@millrace/window', 'millrace-plugin-window'])
  expect(packagesOf('millrace-plugin-window')).toEqual(['millrace-plugin-window'])
})

test('a package is named after its plugin', () => {
  expect(pluginNameOf('@acme/window')).toBe('window')
  expect(pluginNameOf('millrace-plugin-window')).toBe('window')
})
