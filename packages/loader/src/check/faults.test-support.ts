import { renderError } from '@millrace/base'
import { loadSpec, type LoadedJob, type LoadOptions } from '../load-spec.ts'

/** What loading a job file's text gives, disposed; the shell stands in `/sh`. */
export const load = async (
  text: string,
  options: Partial<LoadOptions> = {},
): Promise<LoadedJob> => {
  const loaded = await loadSpec({ file: '/jobs/job.yaml', text, env: {}, cwd: '/sh', ...options })
  await loaded.dispose()
  return loaded
}

/** What validating a job file's text says of it. */
export const faultsOf = async (text: string, options: Partial<LoadOptions> = {}): Promise<string> =>
  (await load(text, options)).faults.map(renderError).join('\n')

/** A job of these stages, with a sink that writes this path, and more lines below. */
export const job = (
  stages: string,
  { sink = 'b.jsonl', more = '' }: { readonly sink?: string; readonly more?: string } = {},
): string =>
  `pipeline:\n  source: { file: a.jsonl }\n  stages:\n    ${stages}\n  sink: { file: ${sink} }\n${more}`
