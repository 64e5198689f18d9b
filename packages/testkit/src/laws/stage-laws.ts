import type { StageDefinition } from '@millrace/sdk'
import { combinedLaw } from './combined-law.ts'
import { fateLaws } from './fate-laws.ts'
import type { Law } from './law.ts'
import { parameterLaw } from './parameter-law.ts'
import { recordLaws } from './record-laws.ts'
import { registerLaws } from './register-laws.ts'
import { runLaws } from './run-laws.ts'
import { type StageLawsOptions, stageUnderLaw } from './stage-laws-options.ts'

/** The laws that a stage has to keep; which ones follows from what its definition says. */
export function listStageLaws<P>(
  definition: StageDefinition<P>,
  options: StageLawsOptions,
): readonly Law[] {
  const stage = stageUnderLaw(definition, options)
  const laws = [parameterLaw(stage), ...runLaws(stage), ...recordLaws(stage), ...fateLaws(stage)]
  return definition.combined === undefined ? laws : [...laws, combinedLaw(stage)]
}

/** Registers one test per law with vitest. Throws TST_RUNNER where vitest does not run. */
export function stageLaws<P>(definition: StageDefinition<P>, options: StageLawsOptions): void {
  registerLaws(`stage ${definition.name}`, listStageLaws(definition, options), {
    call: 'stageLaws',
    instead: 'checkStageLaws',
  })
}

/** Proves all laws without a test runner. Rejects with TST_LAW at the first that is broken. */
export async function checkStageLaws<P>(
  definition: StageDefinition<P>,
  options: StageLawsOptions,
): Promise<void> {
  for (const law of listStageLaws(definition, options)) await law.check()
}
