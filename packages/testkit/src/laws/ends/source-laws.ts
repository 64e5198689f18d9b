import type { SourceDefinition } from '@millrace/sdk'
import type { Law } from '../law.ts'
import { endParameterLaw } from '../parameter-law.ts'
import { registerLaws } from '../register-laws.ts'
import { askedLaws } from './asked-laws.ts'
import { entryLaws } from './entry-laws.ts'
import { placed, type SourceLawsOptions, sourceUnderLaw } from './source-laws-options.ts'
import { positionLaws } from './position-laws.ts'

/** The laws that a source has to keep; which ones follows from what its definition says. */
export function listSourceLaws<P, I>(
  definition: SourceDefinition<P>,
  options: SourceLawsOptions<I>,
): readonly Law[] {
  const source = sourceUnderLaw(definition, options)
  const parameters = endParameterLaw(definition, options, source.samples, (sample) =>
    placed(source, sample),
  )
  return [parameters, ...entryLaws(source), ...askedLaws(source), ...positionLaws(source)]
}

/** Registers one test per law with vitest. Throws TST_RUNNER where vitest does not run. */
export function sourceLaws<P, I>(
  definition: SourceDefinition<P>,
  options: SourceLawsOptions<I>,
): void {
  registerLaws(`source ${definition.name}`, listSourceLaws(definition, options), {
    call: 'sourceLaws',
    instead: 'checkSourceLaws',
  })
}

/** Proves all laws without a test runner. Rejects with TST_LAW at the first that is broken. */
export async function checkSourceLaws<P, I>(
  definition: SourceDefinition<P>,
  options: SourceLawsOptions<I>,
): Promise<void> {
  for (const law of listSourceLaws(definition, options)) await law.check()
}
