import { jobDefaults } from '@millrace/sdk'
import { joinPath } from '../document/config-node.ts'
import { CFG_PARAMETER } from '../errors.ts'
import type { LoadContext } from '../load-context.ts'
import { keyNames, stageOf, type Part } from '../build/part.ts'
import { askDefinition } from '../modules/ask-definition.ts'
import { locate } from './check-parameters.ts'

/** Asks a stage's own `check` for faults that its schema cannot say, and places them. */
export function checkByDefinition(part: Part, ends: boolean, context: LoadContext): void {
  const stage = stageOf(part)
  const { parameters, entry, inputs, settings } = part
  if (stage?.definition.check === undefined || parameters === undefined) return
  const keys = keyNames(settings)
  const { timeoutMs = jobDefaults.timeoutMs } = settings
  const surroundings = { ends, keys, inputs, timeoutMs, expressions: context.scope }
  const ask = () => stage.definition.check?.(parameters.value, surroundings) ?? []
  const found = askDefinition(stage, 'check', ask, entry.where)
  for (const { path, message, hint } of found) {
    const where = locate(part.entry.parameters, path, part.entry.where)
    const name = path.reduce<string>(joinPath, '')
    const isAll = name === ''
    const what = isAll ? `The parameters of ${part.entry.module}` : `Parameter "${name}"`
    const problem = `${isAll ? 'are' : 'is'} refused: ${message.replace(/\.$/, '')}`
    context.faults.push(CFG_PARAMETER({ what, problem, hint }, where))
  }
}
