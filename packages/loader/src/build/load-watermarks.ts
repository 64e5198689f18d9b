import { isMillraceError } from '@millrace/base'
import type { WatermarkStrategy } from '@millrace/sdk'
import { at } from '../check/check-parameters.ts'
import type { Entry } from '../grammar/entry.ts'
import type { LoadContext } from '../load-context.ts'
import type { Modules } from '../modules/modules.ts'
import { loadNamedModule } from './load-named-module.ts'

/** The strategy that `time: { watermarks: … }` of a source names; undefined without one, or with a fault. */
export async function loadWatermarks(
  source: Entry,
  modules: Modules,
  allowed: readonly string[] | undefined,
  context: LoadContext,
): Promise<(() => WatermarkStrategy) | undefined> {
  const time = source.keys.get('time')?.value
  const node = time?.kind === 'map' ? time.entries.get('watermarks')?.value : undefined
  if (node === undefined) return undefined
  const path = `${source.path}.time.watermarks`
  const named = await loadNamedModule(node, 'watermarks', path, modules, allowed, context)
  if (named === undefined) return undefined
  const { entry, loaded, parameters } = named
  const make = (): WatermarkStrategy => loaded.definition.create({ parameters: parameters.value })
  try {
    make()
    return make
  } catch (error) {
    if (!isMillraceError(error)) throw error
    context.faults.push(at(error, entry.where))
    return undefined
  }
}
