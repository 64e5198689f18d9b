import type { JsonSchema } from '@millrace/sdk'
import type { LoadedJob, LoadOptions, PluginInfo } from '@millrace/loader'

// The loader brings YAML, injection and the type checks of expressions: half of what there is to load.
// A job that is built in code starts without it.
const loader = (): Promise<typeof import('@millrace/loader')> => import('@millrace/loader')
const authoring = (): Promise<typeof import('@millrace/loader/authoring')> =>
  import('@millrace/loader/authoring')

/**
 * Reads a job file: checks everything, loads its modules and builds the specification that the engine runs. Never rejects for
 * what is wrong with the file: all faults come back at once, each a CFG_* error with its place and a next step.
 */
export async function loadSpec(options: LoadOptions): Promise<LoadedJob> {
  return (await loader()).loadSpec(options)
}

/** The JSON Schema of job files, with the plugins that are installed where `folder` is. */
export async function jobSchema(folder: string): Promise<JsonSchema> {
  return (await authoring()).jobSchema(folder)
}

/** The plugins that are installed where `folder` is, or in one of `bases`. */
export async function listPlugins(
  folder: string,
  bases: readonly string[] = [],
): Promise<readonly PluginInfo[]> {
  return (await authoring()).listPlugins(folder, bases)
}
