import { spawn } from 'node:child_process'
import { cpSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const bin = resolve('packages/millrace/bin/millrace.js')

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** A started command: its output so far, signals and its end. */
export interface Running {
  readonly pid: number | undefined
  readonly ended: Promise<Ended>
  kill(signal: NodeJS.Signals): void
  /** Signals the process and all that it started, as a terminal does; only for one with a group of its own. */
  killGroup(signal: NodeJS.Signals): void
  /** Resolves when standard error contains `text`. */
  seen(text: string): Promise<void>
  /** What standard error has said that fits, the first of it; throws where there is none. */
  said(pattern: RegExp): string
  write(text: string): void
  closeInput(): void
}

/** Processes that were started and have not ended, and what kills each of them. */
const alive = new Map<number, () => void>()

/** Kills what a test has left behind; to be called behind each. */
export function killTheRest(): void {
  for (const kill of alive.values()) kill()
  alive.clear()
}

/** Starts the real command in `cwd`. */
export function start(cwd: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Running {
  return startProcess(process.execPath, [bin, ...args], { cwd, env })
}

/** Starts any program; `detached` gives it a process group of its own. */
export function startProcess(
  program: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly env?: NodeJS.ProcessEnv; readonly detached?: boolean },
): Running {
  const { cwd, env, detached = false } = options
  const child = spawn(program, args, {
    cwd,
    env: { ...process.env, NO_COLOR: '1', ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
    detached,
  })
  const { pid } = child
  if (pid !== undefined) {
    alive.set(pid, () => {
      try {
        process.kill(detached ? -pid : pid, 'SIGKILL')
      } catch {
        // It has just ended.
      }
    })
    child.on('exit', () => void alive.delete(pid))
  }
  const waiting: { text: string; resolve: () => void; reject: (error: Error) => void }[] = []
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
    for (const wait of waiting) if (stderr.includes(wait.text)) wait.resolve()
  })
  // A command that ends before it has read its input closes the pipe; that is its right.
  child.stdin.on('error', () => undefined)
  return {
    pid: child.pid,
    ended: new Promise((resolve, reject) => {
      child.on('error', reject)
      child.on('close', (code, signal) => {
        for (const wait of waiting)
          wait.reject(new Error(`ended without "${wait.text}": ${stderr}`))
        resolve({ code, signal, stdout, stderr })
      })
    }),
    kill: (signal) => void child.kill(signal),
    killGroup: (signal) => {
      if (child.pid !== undefined) process.kill(-child.pid, signal)
    },
    seen: (text) =>
      new Promise((resolve, reject) => {
        if (stderr.includes(text)) resolve()
        else waiting.push({ text, resolve, reject })
      }),
    said: (pattern) => {
      const found = pattern.exec(stderr)?.[0]
      if (found === undefined) throw new Error(`nothing like ${pattern} in: ${stderr}`)
      return found
    },
    write: (text) => void child.stdin.write(text),
    closeInput: () => void child.stdin.end(),
  }
}

/** Runs the real command to its end, with `input` on standard input. */
export function run(
  cwd: string,
  args: readonly string[],
  options: { readonly input?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<Ended> {
  const running = start(cwd, args, options.env)
  if (options.input !== undefined) running.write(options.input)
  running.closeInput()
  return running.ended
}

/** A new empty folder with the given files, from which the workspace's plugins are found. */
export function folder(files: Readonly<Record<string, string>> = {}): string {
  const path = mkdtempSync(join(tmpdir(), 'millrace-e2e-'))
  symlinkSync(resolve('node_modules'), join(path, 'node_modules'))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text)
  return path
}

/** A copy of `configs/` with the workspace's plugins beside it. */
export function samples(): string {
  const path = folder()
  cpSync(resolve('configs'), join(path, 'configs'), {
    recursive: true,
    filter: (source) => !source.includes('/out'),
  })
  return join(path, 'configs')
}
