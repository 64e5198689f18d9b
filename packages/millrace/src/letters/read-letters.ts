import { createReadStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { messageOf, nearestName } from '@millrace/base'
import type { Letter } from '@millrace/job'
import { CLI_LETTERS_FILE, CLI_NOT_LETTERS } from '../errors.ts'
import { parseLetter } from './parse-letter.ts'

/** A line that is no dead letter. */
export interface BrokenLine {
  /** From 1. */
  readonly line: number
  readonly reason: string
}

/** What a file of dead letters or parked records holds, in its order. */
export interface LetterFile {
  readonly letters: readonly Letter[]
  readonly broken: readonly BrokenLine[]
}

/** Reads dead letters or parked records. Lines that are none are told apart. Throws CLI_LETTERS_FILE, and CLI_NOT_LETTERS where no line is one. */
export async function readLetters(path: string): Promise<LetterFile> {
  const letters: Letter[] = []
  const broken: BrokenLine[] = []
  for await (const { line, text } of readLines(path)) {
    const parsed = parseLetter(text)
    if (typeof parsed === 'string') broken.push({ line, reason: parsed })
    else letters.push(parsed)
  }
  const [first] = broken
  if (letters.length === 0 && first !== undefined) throw CLI_NOT_LETTERS({ path, ...first })
  return { letters, broken }
}

/** The lines of a file that are not empty, with their numbers; unpacks what ends in .gz. */
export async function* readLines(
  path: string,
): AsyncGenerator<{ readonly line: number; readonly text: string }> {
  let rest = ''
  let line = 0
  try {
    const stats = await stat(path)
    if (stats.isDirectory()) throw new Error('it is a folder')
    const bytes = createReadStream(path)
    // What fails is told by the iteration.
    const input = path.endsWith('.gz') ? pipeline(bytes, createGunzip(), () => {}) : bytes
    // Readline would also cut at line separators that may stand inside of JSON.
    for await (const chunk of input.setEncoding('utf8') as AsyncIterable<string>) {
      const lines = (rest + chunk).split('\n')
      rest = lines.pop() ?? ''
      for (const text of lines) {
        line++
        if (text.trim() !== '') yield { line, text: line === 1 ? withoutMark(text) : text }
      }
    }
  } catch (error) {
    throw CLI_LETTERS_FILE(await whyNot(path, error), {}, error)
  }
  if (rest.trim() !== '') yield { line: line + 1, text: line === 0 ? withoutMark(rest) : rest }
}

/** Some editors put a byte order mark in front of a file. */
function withoutMark(text: string): string {
  return text.replace(/^\uFEFF/, '')
}

async function whyNot(
  path: string,
  error: unknown,
): Promise<{ path: string; cause: string; near: string | undefined }> {
  if ((error as { readonly code?: unknown }).code !== 'ENOENT') {
    return { path, cause: messageOf(error), near: undefined }
  }
  const names = await readdir(dirname(path)).catch(() => [])
  return { path, cause: 'it does not exist', near: nearestName(basename(path), names) }
}
