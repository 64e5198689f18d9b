import { open, readFile } from 'node:fs/promises'
import { messageOf } from '@millrace/base'
import { CLI_LETTERS_FILE } from '../errors.ts'

/** One line of the log: a replay began, or it ended well with these letters. */
type Line =
  | { readonly replay: number; readonly begun: number; readonly files: readonly string[] }
  | { readonly replay: number; readonly ended: number; readonly letters: readonly string[] }

/**
 * What was replayed of a file, kept beside it. A replay has a number, which the names of the files it writes carry. One that began and
 * did not end is done again under its number, so that what it may have written is replaced.
 */
export class ReplayLog {
  readonly path: string
  /** When each letter was replayed, epoch ms. */
  readonly #replayed = new Map<string, number>()
  /** Number and files of a replay that did not end. */
  #begun: { readonly number: number; readonly files: readonly string[] } | undefined
  #last = 0
  /** What was written last is half a line. */
  #isTorn = false

  private constructor(path: string) {
    this.path = path
  }

  /** The log of a file of letters; nothing was replayed where there is none. */
  static async of(letters: string): Promise<ReplayLog> {
    const log = new ReplayLog(`${letters}.replayed`)
    let text = ''
    try {
      text = await readFile(log.path, 'utf8')
    } catch (error) {
      if ((error as { readonly code?: unknown }).code !== 'ENOENT') throw log.#unusable(error)
    }
    for (const line of text.split('\n')) if (line !== '') log.#take(line)
    log.#isTorn = text !== '' && !text.endsWith('\n')
    return log
  }

  /** A replay that did not end: its files are to be replaced. */
  get begun(): { readonly number: number; readonly files: readonly string[] } | undefined {
    return this.#begun
  }

  /** The largest number so far, 0 before the first. */
  get last(): number {
    return this.#last
  }

  /** When a letter was replayed; undefined: it was not. */
  replayedAt(letter: string): number | undefined {
    return this.#replayed.get(letter)
  }

  async begin(number: number, files: readonly string[], now: number): Promise<void> {
    await this.#append({ replay: number, begun: now, files })
  }

  /** Call it when results are where they belong. */
  async end(number: number, letters: readonly string[], now: number): Promise<void> {
    await this.#append({ replay: number, ended: now, letters })
  }

  #take(text: string): void {
    const line = parse(text)
    if (line === undefined) return
    this.#last = Math.max(this.#last, line.replay)
    if ('files' in line) {
      this.#begun = { number: line.replay, files: line.files }
      return
    }
    this.#begun = undefined
    for (const letter of line.letters) this.#replayed.set(letter, line.ended)
  }

  async #append(line: Line): Promise<void> {
    try {
      const file = await open(this.path, 'a')
      try {
        await file.writeFile(`${this.#isTorn ? '\n' : ''}${JSON.stringify(line)}\n`)
        await file.sync()
      } finally {
        await file.close()
      }
      this.#isTorn = false
    } catch (error) {
      throw this.#unusable(error)
    }
  }

  #unusable(error: unknown): Error {
    const cause = messageOf(error)
    return CLI_LETTERS_FILE({ path: this.path, cause, near: undefined }, {}, error)
  }
}

/** Undefined for half a line: what was to be said did not happen. */
function parse(text: string): Line | undefined {
  try {
    return JSON.parse(text) as Line
  } catch {
    return undefined
  }
}
