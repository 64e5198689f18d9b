import { mkdtempSync, writeFileSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { hanging, type OnnxFile, onnxFile } from './onnx-file.test-support.ts'
import { openOnnxModel } from './open-onnx-model.ts'

/** The mean distance of a window from 0. */
const meanOfSizes: OnnxFile = {
  nodes: [
    { operator: 'Abs', inputs: ['window'], outputs: ['sizes'] },
    { operator: 'ReduceMean', inputs: ['sizes', 'axes'], outputs: ['score'] },
  ],
  input: { name: 'window', shape: ['n', 3] },
  output: { name: 'score', shape: ['n', 1] },
  constants: { axes: [-1] },
}
const never = new AbortController().signal

function fileOf(model: OnnxFile): string {
  const file = join(mkdtempSync(join(tmpdir(), 'onnx-')), 'model.onnx')
  writeFileSync(file, onnxFile(model))
  return file
}

const two = Float32Array.of(1, -2, 3, 0, 0.5, 1)

describe('a model of a file', () => {
  it('gives its numbers for each window of a batch', async () => {
    const model = await openOnnxModel({ file: fileOf(meanOfSizes), window: 3, dimensions: 1 })

    const values = await model.run(two, 2, never)

    expect([...values]).toEqual([2, 0.5])
    await model.close()
  })

  it('is asked as often as it takes where it takes a fixed number of windows', async () => {
    const input = { name: 'window', shape: [2, 3] }
    const output = { name: 'score', shape: [2, 1] }
    const file = fileOf({ ...meanOfSizes, input, output })
    const model = await openOnnxModel({ file, window: 3, dimensions: 1 })

    const values = await model.run(Float32Array.of(...two, 3, 3, 3), 3, never)

    expect([...values]).toEqual([2, 0.5, 3])
    await model.close()
  })

  it('takes points of several numbers', async () => {
    const file = fileOf({
      nodes: [{ operator: 'Identity', inputs: ['window'], outputs: ['again'] }],
      input: { name: 'window', shape: ['n', 2, 3] },
      output: { name: 'again', shape: ['n', 2, 3] },
    })
    const model = await openOnnxModel({ file, window: 2, dimensions: 3, output: 'again' })

    expect([...(await model.run(two, 1, never))]).toEqual([...two])
    await model.close()
  })

  it('is known by its bytes', async () => {
    const options = { window: 3, dimensions: 1 }
    const one = await openOnnxModel({ ...options, file: fileOf(meanOfSizes) })
    const same = await openOnnxModel({ ...options, file: fileOf(meanOfSizes) })
    const input = { ...meanOfSizes.input, shape: ['m', 3] }
    const other = await openOnnxModel({ ...options, file: fileOf({ ...meanOfSizes, input }) })

    expect(one.id).toMatch(/^sha256:[0-9a-f]{64}$/)
    expect(same.id).toBe(one.id)
    expect(other.id).not.toBe(one.id)
  })
})

describe('a model that computes for ever', () => {
  const calm = new Float32Array(3)
  const wild = Float32Array.of(1, 1, 1)
  const open = () => openOnnxModel({ file: fileOf(hanging), window: 3, dimensions: 1 })

  it('is left as soon as nobody waits, and answers what comes next', async () => {
    const model = await open()
    const end = new AbortController()

    const asked = model.run(wild, 1, end.signal)
    const next = model.run(calm, 1, never)
    await setImmediate()
    end.abort(new Error('Nobody waits.'))

    await expect(asked).rejects.toThrow('Nobody waits.')
    expect([...(await next)]).toEqual([0])
    await model.close()
  })

  it('ends when the last that has it open closes it', async () => {
    const model = await open()

    const asked = model.run(wild, 1, never)
    await setImmediate()
    const closing = model.close()

    await expect(asked).rejects.toThrow('failed: its process ended by SIGKILL.')
    await closing
  })
})

describe('what is no model for these windows', () => {
  const open = (options: object) =>
    openOnnxModel({ file: fileOf(meanOfSizes), window: 3, dimensions: 1, ...options })

  it.each([
    [{ file: 'absent.onnx' }, 'there is no such file'],
    [{ file: import.meta.filename }, 'cannot be used'],
    [{ window: 4 }, 'its input "window" is float32 [n, 3]; windows are float32 [n, 4, 1].'],
    [{ input: 'x' }, 'it has no input "x".'],
    [{ output: 'y' }, 'it has no output "y".'],
  ])('is refused: %o', async (options, fault) => {
    await expect(open(options)).rejects.toThrow(fault)
  })

  it('is refused where it takes something else besides', async () => {
    const file = fileOf({
      nodes: [{ operator: 'Add', inputs: ['window', 'bias'], outputs: ['score'] }],
      input: { name: 'window', shape: ['n', 3] },
      others: [{ name: 'bias', shape: [1] }],
      output: { name: 'score', shape: ['n', 3] },
    })

    await expect(open({ file })).rejects.toThrow(
      `The model ${file} cannot be used: it also takes "bias", and there is nothing but windows to give.`,
    )
  })

  it('is refused where it says itself that it gives another number of values', async () => {
    const file = fileOf({
      nodes: [{ operator: 'Identity', inputs: ['window'], outputs: ['again'] }],
      input: { name: 'window', shape: ['n', 3] },
      output: { name: 'again', shape: ['n', 3] },
    })

    await expect(open({ file, size: 1 })).rejects.toThrow(
      `The model ${file} cannot be used: its output "again" gives 3 numbers for a window, not 1.`,
    )
    const model = await open({ file, size: 3 })
    await model.close()
  })

  it('is refused where its answers are whole numbers, such as labels', async () => {
    const file = fileOf({
      nodes: [{ operator: 'ArgMax', inputs: ['window'], outputs: ['label'] }],
      input: { name: 'window', shape: ['n', 3] },
      output: { name: 'label', shape: [1, 3], type: 'whole' },
    })

    await expect(open({ file })).rejects.toThrow(
      `The model ${file} cannot be used: its output "label" is int64; numbers are float32 or float64.`,
    )
  })
})
