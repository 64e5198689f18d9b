import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { runCommandLine } from '../main.ts'
import { plain } from '../paint.ts'

/** What a command line left behind; times and versions are replaced, the folder is `/jobs`. */
export interface Ran {
  readonly code: number
  readonly out: string
  readonly error: string
}

/** A new folder in which the workspace's plugins are found. */
export class JobFolder {
  readonly path: string
  readonly env: Record<string, string> = {}

  constructor() {
    this.path = mkdtempSync(join(tmpdir(), 'millrace-commands-'))
    symlinkSync(resolve('node_modules'), join(this.path, 'node_modules'))
  }

  file(name: string): string {
    return join(this.path, name)
  }

  write(name: string, ...lines: string[]): void {
    writeFileSync(this.file(name), lines.map((line) => `${line}\n`).join(''))
  }

  remove(): void {
    rmSync(this.path, { recursive: true })
  }

  /** Runs a command line in the folder, within this process. */
  async command(...argv: string[]): Promise<Ran> {
    const texts = { out: '', error: '' }
    const code = await runCommandLine(argv, {
      cwd: this.path,
      env: this.env,
      terminal: {
        out: (text) => void (texts.out += text),
        error: (text) => void (texts.error += text),
        outPaint: plain,
        errorPaint: plain,
        interactive: false,
        columns: () => 80,
        outColumns: () => undefined,
      },
    })
    return { code, out: this.#stable(texts.out), error: this.#stable(texts.error) }
  }

  #stable(text: string): string {
    const timeless = text.replaceAll(/in \d+(?:\.\d+)? m?s, [\d,]+\/s/g, 'in TIME, RATE/s')
    const lasting = timeless.replaceAll(/(@millrace\/\S+) \d+\.\d+\.\d+/g, '$1 VERSION')
    return lasting.replaceAll(this.path, '/jobs')
  }
}

/** A job that filters and maps `in.jsonl`. */
export const job: readonly string[] = [
  'pipeline:',
  '  name: doubles',
  '  source: { file: in.jsonl }',
  '  stages:',
  '    - filter: value > 2',
  '    - map: { set: { double: value * 2 } }',
  '  sink: { file: out.jsonl }',
  '  deadLetter: { file: dead.jsonl }',
]

/** One record that is filtered, one that fails, two that pass. */
export const input: readonly string[] = [
  '{"value":1}',
  '{"value":3}',
  '{"value":"x"}',
  '{"value":5}',
]
