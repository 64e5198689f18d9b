import { resolve } from 'node:path'
import type { Model, WindowShape } from '@millrace/anomaly'
import { messageOf } from '@millrace/base'
import { ONNX_MODEL } from './errors.ts'
import type { ModelPort } from './process-message.ts'
import { shareModel } from './share-model.ts'

/** A model of a file, and the windows it is asked about. */
export interface OnnxModelOptions extends WindowShape {
  readonly file: string
  /** Input for the windows. Default: the first. */
  readonly input?: string | undefined
  /** Output to read. Default: the first. */
  readonly output?: string | undefined
  /** Numbers that it is to give for each window. Default: any. */
  readonly size?: number | undefined
  /** Threads that compute one batch. Default 1. */
  readonly threads?: number | undefined
}

/**
 * Opens a model in the format ONNX with the runtime of that name, on the processor. Its input takes single precision numbers of the shape [n, window] or
 * [n, window, dimensions], or [n, window × dimensions]; where its n is a number, so many windows go at once. Its id is the SHA-256 of the file.
 * It computes in a process of its own, one for all models of this process with the same file and threads; that is ended, and made anew, when it computes for
 * nobody any more. Rejects with ONNX_MODEL, which names the option that it is about.
 */
export async function openOnnxModel(options: OnnxModelOptions): Promise<Model> {
  const { file, threads = 1 } = options
  const { model, release } = await share(file, threads)
  try {
    const input = pick(file, 'input', model.opened.inputs, options.input)
    const output = pick(file, 'output', model.opened.outputs, options.output)
    checkShape(options, input)
    checkAlone(file, model.opened.inputs, input)
    checkNumbers(file, model.opened.outputs, output)
    checkSize(options, output)
    const ask = (windows: Float32Array, count: number, signal: AbortSignal) => {
      const shape = [count, ...shapeBehind(input.shape, options)]
      return model.ask({ input: input.name, output: output.name, windows, shape }, signal)
    }
    return { id: model.opened.id, run: inPieces(ask, input, options), close: release }
  } catch (error) {
    await release()
    throw error
  }
}

type Run = Model['run']

/** Where a model takes a fixed number of windows, it is asked as often as that takes. */
function inPieces(
  run: Run,
  { shape: [most] }: ModelPort,
  { dimensions, window }: WindowShape,
): Run {
  if (typeof most !== 'number' || most <= 0) return run
  const each = window * dimensions
  return async (windows, count, signal) => {
    if (count === most) return run(windows, count, signal)
    const answers: Float32Array[] = []
    for (let at = 0; at < count; at += most) {
      const some = new Float32Array(most * each)
      some.set(windows.subarray(at * each, (at + most) * each))
      const got = Math.min(most, count - at)
      const values = await run(some, most, signal)
      answers.push(values.subarray(0, (values.length / most) * got))
    }
    return joined(answers)
  }
}

async function share(file: string, threads: number): ReturnType<typeof shareModel> {
  try {
    return await shareModel({ file, threads })
  } catch (error) {
    const path = resolve(file)
    const shown = path === file ? file : `${file} (${path})`
    throw ONNX_MODEL({ file: shown, fault: faultOf(error) }, { path: 'file' }, error)
  }
}

function faultOf(error: unknown): string {
  const { code } = error as { readonly code?: unknown }
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'there is no such file.'
  if (code === 'EISDIR') return 'it is a folder.'
  return messageOf(error)
}

function pick(
  file: string,
  what: 'input' | 'output',
  ports: readonly ModelPort[],
  wanted: string | undefined,
): ModelPort {
  const found = wanted === undefined ? ports[0] : ports.find(({ name }) => name === wanted)
  if (found !== undefined) return found
  const fault = wanted === undefined ? `it has no ${what}.` : `it has no ${what} "${wanted}".`
  throw ONNX_MODEL({ file, fault, hint: `Its ${what}s are: ${namesOf(ports)}.` }, { path: what })
}

/** Refuses an input that takes something else than these windows. */
function checkShape({ dimensions, file, window }: OnnxModelOptions, input: ModelPort): void {
  const { name, shape, type } = input
  const [, ...behind] = shape
  const fits = (size: number | string | undefined, wanted: number): boolean =>
    typeof size === 'string' || size === undefined || size <= 0 || size === wanted
  const isFlat = behind.length <= 1 && fits(behind[0], window * dimensions)
  const isDeep = behind.length === 2 && fits(behind[0], window) && fits(behind[1], dimensions)
  if (type === 'float32' && (isFlat || isDeep)) return
  const got = type === undefined ? 'no tensor' : `${type} [${shape.join(', ')}]`
  const fault = `its input "${name}" is ${got}; windows are float32 [n, ${window}, ${dimensions}].`
  const hint = 'Set window to what the model was made for, or make it for float32.'
  throw ONNX_MODEL({ file, fault, hint }, { path: type === 'float32' ? 'window' : 'input' })
}

/** Refuses a model that takes more than windows. */
function checkAlone(file: string, inputs: readonly ModelPort[], input: ModelPort): void {
  const others = inputs.filter((one) => one !== input).map(({ name }) => `"${name}"`)
  if (others.length === 0) return
  const fault = `it also takes ${others.join(' and ')}, and there is nothing but windows to give.`
  const hint = 'Make these inputs constants of the model when you export it.'
  throw ONNX_MODEL({ file, fault, hint }, { path: 'file' })
}

/** Refuses an output that says itself that it gives another number of values; one that leaves it open is asked. */
function checkSize({ file, size }: OnnxModelOptions, { name, shape }: ModelPort): void {
  const [, ...behind] = shape
  const given = behind.reduce<number>((all, one) => all * Number(one), 1)
  if (size === undefined || !(given > 0) || given === size) return
  const numbers = `${given} number${given === 1 ? '' : 's'}`
  const fault = `its output "${name}" gives ${numbers} for a window, not ${size}.`
  const hint = 'Name another output with score, or say with gives what it makes of a window.'
  throw ONNX_MODEL({ file, fault, hint }, { path: 'output' })
}

/** Refuses an output that gives something else than numbers, such as labels or a list of probabilities by name. */
function checkNumbers(file: string, outputs: readonly ModelPort[], output: ModelPort): void {
  const { name, type = 'no tensor' } = output
  if (type === 'float32' || type === 'float64') return
  const fault = `its output "${name}" is ${type}; numbers are float32 or float64.`
  const hint = `Name another one with score; its outputs are: ${namesOf(outputs)}.`
  throw ONNX_MODEL({ file, fault, hint }, { path: 'output' })
}

const namesOf = (ports: readonly ModelPort[]): string => ports.map(({ name }) => name).join(', ')

function shapeBehind(
  shape: ModelPort['shape'],
  { dimensions, window }: WindowShape,
): readonly number[] {
  return shape.length === 3 ? [window, dimensions] : [window * dimensions]
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}
