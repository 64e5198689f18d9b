import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Model, WindowShape } from '@millrace/anomaly'
import { messageOf } from '@millrace/base'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { ONNX_MODEL } from './errors.ts'

/** A model of a file, and the windows it is asked about. */
export interface OnnxModelOptions extends WindowShape {
  readonly file: string
  /** Input for the windows. Default: the first. */
  readonly input?: string | undefined
  /** Output to read. Default: the first. */
  readonly output?: string | undefined
  /** Threads that compute one batch. Default 1. */
  readonly threads?: number | undefined
}

type Shape = readonly (number | string)[]

/**
 * Opens a model in the format ONNX with the runtime of that name, on the processor. Its input takes single precision numbers of the shape [n, window] or
 * [n, window, dimensions], or [n, window × dimensions]; where its n is a number, so many windows go at once. Its id is the SHA-256 of the file.
 * Rejects with ONNX_MODEL.
 */
export async function openOnnxModel(options: OnnxModelOptions): Promise<Model> {
  const { file, threads = 1 } = options
  const bytes = await readModel(file)
  const session = await createSession(file, bytes, threads)
  const input = pick(file, 'input', session.inputNames, options.input)
  const output = pick(file, 'output', session.outputNames, options.output)
  const shape = shapeOf(options, session, input)
  checkNumbers(file, session, output)
  const id = `sha256:${createHash('sha256').update(bytes).digest('hex')}`
  const each = options.window * options.dimensions
  const most = typeof shape[0] === 'number' && shape[0] > 0 ? shape[0] : Number.POSITIVE_INFINITY

  const runSome = async (windows: Float32Array, count: number): Promise<Float32Array> => {
    const feeds = {
      [input]: new Tensor('float32', windows, [count, ...shapeBehind(shape, options)]),
    }
    const results = await session.run(feeds, [output])
    return Float32Array.from(results[output]?.data as ArrayLike<number>)
  }
  return {
    id,
    async run(windows, count, signal) {
      if (count <= most && (most === Infinity || count === most)) return runSome(windows, count)
      const answers: Float32Array[] = []
      for (let at = 0; at < count; at += most) {
        signal.throwIfAborted()
        const some = new Float32Array(most * each)
        some.set(windows.subarray(at * each, (at + most) * each))
        const got = Math.min(most, count - at)
        const values = await runSome(some, most)
        answers.push(values.subarray(0, (values.length / most) * got))
      }
      return joined(answers)
    },
    close: () => session.release(),
  }
}

async function readModel(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file)
  } catch (error) {
    const isAbsent = (error as { code?: unknown }).code === 'ENOENT'
    const fault = isAbsent ? 'there is no such file.' : messageOf(error)
    throw ONNX_MODEL({ file, fault }, {}, error)
  }
}

async function createSession(
  file: string,
  bytes: Uint8Array,
  threads: number,
): Promise<InferenceSession> {
  try {
    return await InferenceSession.create(bytes, {
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      // Warnings of the runtime would go to stderr, beside those of the job.
      logSeverityLevel: 3,
    })
  } catch (error) {
    throw ONNX_MODEL({ file, fault: messageOf(error) }, {}, error)
  }
}

function pick(
  file: string,
  what: 'input' | 'output',
  names: readonly string[],
  wanted: string | undefined,
): string {
  const name = wanted ?? names[0]
  if (name !== undefined && names.includes(name)) return name
  throw ONNX_MODEL({
    file,
    fault: `it has no ${what} "${name}".`,
    hint: `Its ${what}s are: ${names.join(', ')}.`,
  })
}

/** What the model says of the shape of its input, where it fits. */
function shapeOf(
  { dimensions, file, window }: OnnxModelOptions,
  session: InferenceSession,
  input: string,
): Shape {
  const found = session.inputMetadata.find(({ name }) => name === input)
  const isFloat = found?.isTensor === true && found.type === 'float32'
  const shape = found?.isTensor === true ? found.shape : []
  const [, ...behind] = shape
  const fits = (size: number | string | undefined, wanted: number): boolean =>
    typeof size === 'string' || size === undefined || size <= 0 || size === wanted
  const isFlat = behind.length <= 1 && fits(behind[0], window * dimensions)
  const isDeep = behind.length === 2 && fits(behind[0], window) && fits(behind[1], dimensions)
  if (isFloat && (isFlat || isDeep)) return shape
  const got = found?.isTensor === true ? `${found.type} [${shape.join(', ')}]` : 'no tensor'
  throw ONNX_MODEL({
    file,
    fault: `its input "${input}" is ${got}; windows are float32 [n, ${window}, ${dimensions}].`,
    hint: 'Set window to what the model was made for, or make it for float32.',
  })
}

/** Refuses an output that gives something else than numbers, such as labels or a list of probabilities by name. */
function checkNumbers(file: string, session: InferenceSession, output: string): void {
  const found = session.outputMetadata.find(({ name }) => name === output)
  const type = found?.isTensor === true ? found.type : 'no tensor'
  if (type === 'float32' || type === 'float64') return
  throw ONNX_MODEL({
    file,
    fault: `its output "${output}" is ${type}; numbers are float32 or float64.`,
    hint: `Name another one with score; its outputs are: ${session.outputNames.join(', ')}.`,
  })
}

function shapeBehind(shape: Shape, { dimensions, window }: WindowShape): readonly number[] {
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
