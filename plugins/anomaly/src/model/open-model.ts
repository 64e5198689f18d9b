import { isMillraceError, messageOf, placed } from '@millrace/base'
import { ANOMALY_MODEL } from '../errors.ts'
import { httpModel } from './http-model.ts'
import type { Model } from './model.ts'
import { ModelWindow } from './model-window.ts'
import type { ModelParameters } from './model-parameters.ts'

/** What brings models of files. */
const ONNX = '@millrace/anomaly-onnx'

/** What the stage calls the options of that package that it calls otherwise. */
const names: Readonly<Record<string, string>> = { file: 'onnx', output: 'score' }

interface OnnxPackage {
  readonly openOnnxModel: (options: object) => Promise<Model>
}

/** The model that parameters name, ready to be asked. Rejects with ANOMALY_MODEL, and as the package does that brings it. */
export async function openModel(parameters: ModelParameters, dimensions: number): Promise<Model> {
  const { gives, window } = parameters
  if ('http' in parameters) return httpModel(parameters, { dimensions, window })
  const { openOnnxModel } = await importOnnx()
  const { input, onnx: file, score: output, threads } = parameters
  const size = ModelWindow.answer({ dimensions, gives, window })
  try {
    return await openOnnxModel({ file, input, output, threads, dimensions, size, window })
  } catch (error) {
    if (!isMillraceError(error)) throw error
    const { path = 'file' } = error.where
    throw placed(error, { ...error.where, path: `model.${names[path] ?? path}` })
  }
}

async function importOnnx(): Promise<OnnxPackage> {
  try {
    return (await import(ONNX)) as OnnxPackage
  } catch (error) {
    if (isMillraceError(error)) throw error
    const isAbsent = (error as { code?: unknown }).code === 'ERR_MODULE_NOT_FOUND'
    throw ANOMALY_MODEL({ fault: messageOf(error), missing: isAbsent ? ONNX : undefined })
  }
}
