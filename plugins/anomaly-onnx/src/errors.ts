import { defineError, type ErrorOf } from '@millrace/base'

/** At start: a file that is no model, or none that can be asked about these windows. */
export const ONNX_MODEL: ErrorOf<{ file: string; fault: string; hint?: string | undefined }> =
  defineError({
    code: 'ONNX_MODEL',
    message: (details) => `The model ${details.file} cannot be used: ${details.fault}`,
    hint: (details) => details.hint ?? 'Give the path of a model in the format ONNX.',
  })
