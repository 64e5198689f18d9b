import { defineError } from '@millrace/base'

export const CFG_NESTED = defineError<{ what: string; problem: string; hint: string }>({
  code: 'CFG_NESTED',
  message: (d) => `${d.what} ${d.problem}.`,
  hint: (d) => d.hint,
})

export const CFG_NESTED_CIRCLE = defineError<{ files: readonly string[] }>({
  code: 'CFG_NESTED_CIRCLE',
  message: (d) => `These files contain each other in a circle: ${d.files.join(' -> ')}.`,
  hint: () => 'Take the stage out of one of them, or move what both need to a third file.',
})

export const CFG_NESTED_FILE = defineError<{ file: string; cause: string }>({
  code: 'CFG_NESTED_FILE',
  message: (d) => `The pipeline ${d.file} cannot be read: ${d.cause}.`,
  hint: () =>
    'A path counts from the file that names it; stages can also stand here: pipeline: { stages: [...] }.',
})
