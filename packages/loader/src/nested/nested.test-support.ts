import { join } from 'node:path'
import { renderError } from '@millrace/base'
import { loadSpec, type LoadedJob, type LoadOptions } from '../load-spec.ts'
import { folderWith } from '../modules/folder.test-support.ts'

/** What loading `job.yaml` in a folder with these files gives, disposed. */
export async function loadFiles(
  files: Readonly<Record<string, string>>,
  options: Partial<LoadOptions> = {},
): Promise<LoadedJob & { readonly folder: string }> {
  const folder = folderWith(files)
  const file = join(folder, 'job.yaml')
  const loaded = await loadSpec({ file, env: {}, cwd: folder, ...options })
  await loaded.dispose()
  return { ...loaded, folder }
}

/** What is wrong with them, with `<folder>` for where they are. */
export async function faultsOf(
  files: Readonly<Record<string, string>>,
  options: Partial<LoadOptions> = {},
): Promise<string> {
  const { faults, folder } = await loadFiles(files, options)
  return faults.map(renderError).join('\n').replaceAll(folder, '<folder>')
}

/** A job of these stages, indented as below `stages:`. */
export const job = (stages: string, more = ''): string =>
  `pipeline:\n  source: { file: a.jsonl }\n  stages:\n${indent(stages, 4)}\n${more}  sink: { file: b.jsonl }\n`

/** A file of stages. */
export const pipeline = (stages: string, more = ''): string =>
  `${more}pipeline:\n  stages:\n${indent(stages, 4)}\n`

const indent = (text: string, by: number): string =>
  text
    .trim()
    .split('\n')
    .map((line) => ' '.repeat(by) + line)
    .join('\n')

/** Who reads whom: `from.output -> to`. */
export const edgesOf = ({ plan }: LoadedJob): readonly string[] =>
  (plan?.edges ?? []).map(({ from, input, output, to }) => {
    const at = input === 'in' ? to : `${to}.${input}`
    return `${output === 'out' ? from : `${from}.${output}`} -> ${at}`
  })
