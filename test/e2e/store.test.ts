import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { createRandom } from '@millrace/base'
import { openStore, type Store } from '@millrace/store'
import { afterEach, expect, it } from 'vitest'
import { folder } from './command.ts'

interface StoreProcess {
  readonly child: ChildProcess
  /** What it told so far. */
  readonly lines: readonly string[]
  /** Resolves once it has told something. */
  readonly first: Promise<string>
  kill(): Promise<void>
}

const running = new Set<StoreProcess>()
afterEach(async () => {
  for (const process of running) await process.kill()
})

function start(task: 'hold' | 'commit', directory: string): StoreProcess {
  const args = [resolve('test/e2e/store-process.ts'), task, directory]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const lines: string[] = []
  const reader = createInterface(child.stdout)
  reader.on('line', (line) => lines.push(line))
  const first = once(reader, 'line').then(([line]) => String(line))
  const ended = once(child, 'close')
  const started: StoreProcess = {
    child,
    lines,
    first,
    kill: async () => {
      child.kill('SIGKILL')
      await ended
      running.delete(started)
    },
  }
  running.add(started)
  return started
}

const open = (directory: string): Promise<Store> =>
  openStore({ directory, job: 'test', clock: Date })

it('is held by one process, whoever else asks, until that is killed', async () => {
  const directory = join(folder({}), 'state')
  const holder = start('hold', directory)
  expect(await holder.first).toBe('open 0')

  const told = `STORE_LOCKED Process ${holder.child.pid} on `
  expect(await start('hold', directory).first).toContain(told)
  await expect(open(directory)).rejects.toThrow(`Process ${holder.child.pid} on `)

  await holder.kill()
  const store = await open(directory)
  // A second one in this process is refused, and does not give away the lock of the first by that.
  await expect(open(directory)).rejects.toThrow(`Process ${process.pid} on `)
  expect(await start('hold', directory).first).toContain(`STORE_LOCKED Process ${process.pid} on `)

  await store.close()
  expect(await start('hold', directory).first).toBe('open 0')
})

it('is got by exactly one of several that ask at once', async () => {
  const directory = join(folder({}), 'state')

  const answers = await Promise.all([1, 2, 3, 4].map(() => start('hold', directory).first))

  expect(answers.filter((answer) => answer === 'open 0')).toHaveLength(1)
  expect(answers.filter((answer) => answer.startsWith('STORE_LOCKED'))).toHaveLength(3)
})

it('takes over from a dead process whose id another one has now', async () => {
  const directory = join(folder({}), 'state')
  await (await open(directory)).close()
  const note = { pid: process.ppid, host: 'here', since: '2026-11-21T00:00:00.000Z' }
  writeFileSync(join(directory, 'holder.json'), JSON.stringify(note))

  const store = await open(directory)

  expect(store.lastId).toBe(0)
  await store.close()
})

it('holds after kill -9 what was acknowledged, or the commit in flight whole', async () => {
  const directory = join(folder({}), 'state')
  const random = createRandom(7)
  let acknowledged = 0
  for (let kill = 0; kill < 12; kill++) {
    const writer = start('commit', directory)
    expect(await writer.first).toBe(`open ${acknowledged}`)
    await new Promise((done) => setTimeout(done, random() * 60))
    await writer.kill()

    const store = await open(directory)
    const id = store.latest()?.id ?? 0
    const told = Number(writer.lines.at(-1)?.split(' ')[1])
    expect([told, told + 1]).toContain(id)
    const [all, last] = [await store.read('all'), await store.read('last')]
    expect(Buffer.concat(all).toString()).toBe(
      Array.from({ length: id }, (_, index) => `${index + 1}\n`).join(''),
    )
    expect(Buffer.concat(last).toString()).toBe(id === 0 ? '' : `${`${id}`.repeat(1000)}.`)
    await store.close()
    acknowledged = id
  }
  expect(acknowledged).toBeGreaterThan(12)
})
