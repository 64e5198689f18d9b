import { nearestName } from '@millrace/base'
import type { PluginInfo } from '@millrace/loader'
import { listPlugins } from '@millrace/loader/authoring'
import { CLI_NO_PLUGIN } from '../errors.ts'
import { exitCodes } from '../exit-codes.ts'
import { renderPlugin, renderPlugins } from '../report/plugin-text.ts'
import type { Shell } from '../shell.ts'

/** Lists what is installed, or shows all that goes by one name with its parameters. */
export async function pluginsCommand(
  name: string | undefined,
  options: { readonly json?: boolean },
  shell: Shell,
): Promise<number> {
  const installed = await listPlugins(shell.cwd)
  const plugins = name === undefined ? installed : named(installed, name)
  const { terminal } = shell
  if (options.json === true) terminal.out(`${JSON.stringify(plugins, undefined, 2)}\n`)
  else if (name === undefined) terminal.out(renderPlugins(plugins, terminal.outPaint))
  else {
    const texts = plugins.map((plugin) => renderPlugin(plugin, terminal.outPaint))
    terminal.out(texts.join('\n'))
  }
  return exitCodes.done
}

function named(plugins: readonly PluginInfo[], name: string): PluginInfo[] {
  const found = plugins.filter((plugin) => plugin.name === name || plugin.package === name)
  if (found.length > 0) return found
  const names = plugins.map((plugin) => plugin.name)
  throw CLI_NO_PLUGIN({ name, near: nearestName(name, names) })
}
