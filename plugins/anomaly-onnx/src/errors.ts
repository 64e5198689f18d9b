import { defineError, type ErrorOf } from '@millrace/base'

/** At start: a file that is no model, or none that can be asked about these windows. */
export const ONNX_MODEL: ErrorOf<{ file: string; fault: string; hint?: string | undefined }> =
  defineError({
    code: 'ONNX_MODEL',
    message: (details) => `The model ${details.file} cannot be used: ${details.fault}`,
    hint: (details) => details.hint ?? 'Give the path of a model in the format ONNX.',
  })

/** At run time: a model that gives no numbers for a batch, or whose process has ended. */
export const ONNX_FAILED: ErrorOf<{ file: string; fault: string }> = defineError({
  code: 'ONNX_FAILED',
  message: (details) => `The model ${details.file} failed: ${details.fault}`,
  hint: () => 'Ask the model about such windows by itself; the next batch finds it anew.',
})
