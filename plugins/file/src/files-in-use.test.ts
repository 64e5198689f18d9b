import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, expect, it } from 'vitest'
import { isCaseBlind } from './case-blind.ts'
import { FilesInUse } from './files-in-use.ts'

const root = mkdtempSync(join(tmpdir(), 'millrace-'))
afterAll(() => rmSync(root, { recursive: true }))

let count = 0
let files = new FilesInUse()
let at = (name: string): string => name
beforeEach(() => {
  const folder = join(root, String(++count))
  mkdirSync(folder)
  at = (name) => join(folder, name)
  files = new FilesInUse()
  writeFileSync(at('a.jsonl'), '')
})

const reads = (id: string, path: string) => files.hold({ id, use: 'reads', path })?.id
const writes = (id: string, path: string) => files.hold({ id, use: 'writes', path })?.id

it('lets many read a file and its only writer come back to it', () => {
  expect(reads('one', at('a.jsonl'))).toBeUndefined()
  expect(reads('two', at('a.jsonl'))).toBeUndefined()
  expect(writes('out', at('b.jsonl'))).toBeUndefined()
  expect(writes('out', at('b.jsonl'))).toBeUndefined()
})

it('names who reads or writes a file that another wants to write, or to read', () => {
  reads('one', at('a.jsonl'))
  writes('out', at('b.jsonl'))

  expect(writes('out', at('a.jsonl'))).toBe('one')
  expect(writes('else', at('b.jsonl'))).toBe('out')
  expect(reads('one', at('b.jsonl'))).toBe('out')
})

it('knows a file by its links, its second names and those of its folders, and before it exists', () => {
  reads('one', at('a.jsonl'))
  symlinkSync('a.jsonl', at('link.jsonl'))
  linkSync(at('a.jsonl'), at('second.jsonl'))
  mkdirSync(at('real'))
  symlinkSync('real', at('folder'))
  writes('out', at('real/deep/b.jsonl'))

  expect(writes('out', at('link.jsonl'))).toBe('one')
  expect(writes('out', at('second.jsonl'))).toBe('one')
  expect(writes('else', at('folder/deep/b.jsonl'))).toBe('out')
})

it('keeps one writer from writing a file under two names', () => {
  symlinkSync('a.jsonl', at('link.jsonl'))

  expect(writes('out', at('a.jsonl'))).toBeUndefined()
  expect(writes('out', at('link.jsonl'))).toBe('out')
})

it('holds what a pattern matches, through links, for its readers alone', () => {
  mkdirSync(at('real'))
  symlinkSync('real', at('folder'))
  files.takePattern('all', at('folder/*.jsonl'))

  expect(writes('out', at('real/new.jsonl'))).toBe('all')
  expect(reads('two', at('real/new.jsonl'))).toBeUndefined()
  expect(writes('out', at('real/new.csv'))).toBeUndefined()
})

it('lets many write to a device', () => {
  expect(writes('one', '/dev/null')).toBeUndefined()
  expect(writes('two', '/dev/null')).toBeUndefined()
})

it('takes names that differ only in case for one file where the folder does', () => {
  files = new FilesInUse(() => true)
  files.takePattern('all', at('in/*.jsonl'))

  expect(writes('one', at('Out.jsonl'))).toBeUndefined()
  expect(writes('two', at('out.jsonl'))).toBe('one')
  expect(writes('one', at('out.jsonl'))).toBe('one')
  expect(writes('one', at('caf\u00e9'))).toBeUndefined()
  expect(writes('two', at('cafe\u0301'))).toBe('one')
  expect(writes('two', at('in/NEW.JSONL'))).toBe('all')
})

it('takes them for two where the folder does', () => {
  files = new FilesInUse(() => false)

  expect(writes('one', at('Out.jsonl'))).toBeUndefined()
  expect(writes('two', at('out.jsonl'))).toBeUndefined()
})

it('asks the file system whether a folder knows case, also for one that is not there yet', () => {
  const isBlind = existsSync(at('A.JSONL'))
  mkdirSync(at('1'))

  expect(isCaseBlind(at('.'))).toBe(isBlind)
  expect(isCaseBlind(at('1'))).toBe(isBlind)
  expect(isCaseBlind(at('not/yet/there'))).toBe(isBlind)
  expect(isCaseBlind('/')).toBe(existsSync('/ETC') && existsSync('/etc'))
})
