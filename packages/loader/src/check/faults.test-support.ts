import { renderError } from '@millrace/base'
import { loadSpec, type LoadOptions } from '../load-spec.ts'

/** What validating a job file's text says of it. */
export const faultsOf = async (
  text: string,
  options: Partial<LoadOptions> = {},
): Promise<string> => {
  const loaded = await loadSpec({ file: '/jobs/job.yaml', text, env: {}, cwd: '/', ...options })
  await loaded.dispose()
  return loaded.faults.map(renderError).join('\n')
}

/** A job of these stages. */
export const job = (stages: string): string =>
  `pipeline:\n  source: { file: a.jsonl }\n  stages:\n    ${stages}\n  sink: { file: b.jsonl }\n`
