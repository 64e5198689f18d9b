import { isMillraceError } from '@millrace/base'
import type { WatermarkStrategy } from '@millrace/sdk'
import { at, checkParameters } from '../check/check-parameters.ts'
import type { Entry } from '../grammar/entry.ts'
import { readEntry } from '../grammar/read-entry.ts'
import type { LoadContext } from '../load-context.ts'
import type { Modules } from '../modules/modules.ts'
import { loadEntry } from './load-entry.ts'

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
  const entry = readEntry(node, { role: 'watermarks' }, context.faults)
  if (entry === undefined) return undefined
  entry.path = `${source.path}.time.watermarks`
  const loaded = await loadEntry(entry, 'watermarks', modules, allowed, context)
  if (loaded === undefined) return undefined
  const parameters = await checkParameters(entry, loaded, [], context)
  if (parameters === undefined) return undefined
  const { definition } = loaded
  const make = (): WatermarkStrategy => definition.create({ parameters: parameters.value })
  try {
    make()
    return make
  } catch (error) {
    if (!isMillraceError(error)) throw error
    context.faults.push(at(error, entry.where))
    return undefined
  }
}
