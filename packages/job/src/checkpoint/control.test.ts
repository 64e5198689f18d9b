import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MillraceError, renderError } from '@millrace/base'
import { expect, it, onTestFinished } from 'vitest'
import { askStatus, askToResize, askToStop, type Controlled, serveControl } from './control.ts'
import { nothingYet } from './finished-summary.ts'

function newFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'millrace-control-')))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

/** Somebody who dies in the middle of the answer `text`. */
async function dying(dir: string, text: string): Promise<void> {
  const path = join(dir, 'control')
  const server = createServer((socket) => void socket.once('data', () => socket.end(text)))
  await new Promise<void>((resolve) => {
    server.listen(path, resolve)
  })
  onTestFinished(() => void server.close())
  writeFileSync(join(dir, 'control.json'), JSON.stringify({ path }))
}

const unused = {
  savepoint: () => Promise.reject(new Error('unused')),
  resize: () => Promise.reject(new Error('unused')),
}

it('says how many bytes of all it has read, where it is known of all sources', async () => {
  const dir = newFolder()
  const source = { id: 'a', module: 'file', read: 3, sent: 3, malformed: 0, bytes: 12 }
  let sources = [{ ...source, bytesTotal: 80 as number | undefined }]
  const progress = () => ({ ...nothingYet('running'), sources })
  const close = await serveControl(dir, { stop: () => undefined, progress, ...unused })

  const known = await askStatus(dir)
  sources = [...sources, { ...source, bytesTotal: undefined }]
  const unknown = await askStatus(dir)
  await close()

  expect(known).toMatchObject({ read: 3, bytes: 12, bytesTotal: 80 })
  expect(unknown).not.toHaveProperty('bytes')
})

it('tells who asks how a job goes, and stops it', async () => {
  const dir = newFolder()
  let stops = 0
  const job: Controlled = {
    stop: () => stops++,
    progress: () => ({ ...nothingYet('running'), elapsedMs: 5 }),
    ...unused,
  }
  const close = await serveControl(dir, job)

  const status = await askStatus(dir)
  const wasThere = await askToStop(dir)
  await close()

  expect(status).toEqual({ pid: process.pid, state: 'running', elapsedMs: 5, read: 0 })
  expect([wasThere, stops]).toEqual([true, 1])
  expect(await askStatus(dir)).toBe(undefined)
})

it('passes on another number of workers, and why the job refuses it', async () => {
  const dir = newFolder()
  const job: Controlled = {
    ...unused,
    stop: () => undefined,
    progress: () => ({ ...nothingYet('running'), workers: { ask: 8 } }),
    resize: (stage, workers) =>
      workers === 8
        ? Promise.resolve({ stage, before: 2, workers })
        : Promise.reject(new MillraceError('ENG_RESIZE', 'No.', { hint: 'Less.', retry: 'never' })),
  }
  const close = await serveControl(dir, job)

  const done = await askToResize(dir, 'ask', 8)
  const refused = await askToResize(dir, 'ask', 99).catch(renderError)
  const status = await askStatus(dir)
  await close()

  expect(done).toEqual({ stage: 'ask', before: 2, workers: 8 })
  expect(refused).toContain('error[ENG_RESIZE]: No.')
  expect(status?.workers).toEqual({ ask: 8 })
  expect(await askToResize(dir, 'ask', 8)).toBe(undefined)
})

it.each([
  ['nothing', ''],
  ['half of it', '{"done":{"pid":1'],
])(
  'says that the job ended before it answered where there is %s of the answer',
  async (_, text) => {
    const dir = newFolder()
    await dying(dir, text)

    const failed = askStatus(dir).catch(renderError)

    expect(await failed).toMatchInlineSnapshot(`
    "error[JOB_CONTROL]: The running job did not do what it was asked: it ended before it answered.
      next See with millrace status whether it still runs, and ask again."
  `)
  },
)
