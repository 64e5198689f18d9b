import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, writeFileSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { hanging, onnxFile } from './onnx-file.test-support.ts'
import { shareModel } from './share-model.ts'

const folder = mkdtempSync(join(tmpdir(), 'onnx-'))
const never = new AbortController().signal
const question = { input: 'window', output: 'score', windows: new Float32Array(3), shape: [1, 3] }

function fileOf(name: string): string {
  const file = join(folder, name)
  writeFileSync(file, onnxFile(hanging))
  return file
}

const releases: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const release of releases.splice(0)) await release()
})

async function share(file: string, threads = 1) {
  const { model, release } = await shareModel({ file, threads })
  releases.push(release)
  return model
}

it('is one for all that open the same file, and another where the file is another', async () => {
  const file = fileOf('same.onnx')
  const copy = join(folder, 'copy.onnx')
  copyFileSync(file, copy)

  const [one, two, other, wide] = [
    await share(file),
    await share(join(folder, '.', 'same.onnx')),
    await share(copy),
    await share(file, 2),
  ]

  expect(two).toBe(one)
  expect(other).not.toBe(one)
  expect(wide).not.toBe(one)
  expect(other.opened.id).toBe(one.opened.id)
})

it('stays open until the last lets go of it', async () => {
  const file = fileOf('open.onnx')
  const first = await shareModel({ file, threads: 1 })
  const second = await shareModel({ file, threads: 1 })

  await first.release()
  const values = await second.model.ask(question, never)
  await second.release()

  expect([...values]).toEqual([0])
  await expect(second.model.ask(question, never)).rejects.toThrow('failed: its process ended')
})

it('fails when its process is killed, and goes on in another', async () => {
  const model = await share(fileOf('killed.onnx'))
  const { pid } = model
  const wild = { ...question, windows: Float32Array.of(1, 1, 1) }

  const asked = model.ask(wild, never)
  await setImmediate()
  process.kill(pid as number, 'SIGKILL')

  await expect(asked).rejects.toThrow('failed: its process ended by SIGKILL.')
  expect([...(await model.ask(question, never))]).toEqual([0])
  expect(model.pid).not.toBe(pid)
})

it('answers no more where its file has changed behind a process that was ended', async () => {
  const file = fileOf('changed.onnx')
  const model = await share(file)
  writeFileSync(file, onnxFile({ ...hanging, input: { name: 'window', shape: ['m', 3] } }))
  const end = new AbortController()

  const asked = model.ask({ ...question, windows: Float32Array.of(1, 1, 1) }, end.signal)
  await setImmediate()
  end.abort(new Error('Nobody waits.'))

  await expect(asked).rejects.toThrow('Nobody waits.')
  await expect(model.ask(question, never)).rejects.toThrow(
    'failed: the file is not what it was when the job began.',
  )
})

it('says what a model of a file cannot compute, and goes on', async () => {
  const model = await share(fileOf('shape.onnx'))

  const asked = model.ask({ ...question, shape: [1, 4] }, never)

  await expect(asked).rejects.toThrow('failed: ')
  expect([...(await model.ask(question, never))]).toEqual([0])
})

it('is closed before a process that has nothing else to do ends, and keeps none alive by itself', () => {
  const file = fileOf('alone.onnx')
  const entry = import.meta.resolve('./share-model.ts')
  const run = (then: string): string => {
    const script = `
      import { shareModel } from ${JSON.stringify(entry)}
      const { model, release } = await shareModel({ file: ${JSON.stringify(file)}, threads: 1 })
      ${then}
    `
    const args = ['--input-type=module', '--eval', script]
    return execFileSync(process.execPath, args, { encoding: 'utf8', timeout: 20_000 })
  }

  expect(run("await release(); console.log('closed')")).toBe('closed\n')
  expect(run("console.log('opened')")).toBe('opened\n')
})
