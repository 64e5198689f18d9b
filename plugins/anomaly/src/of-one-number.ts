import type { DetectorDefinition } from '@millrace/sdk'
import { ensemble } from './ensemble.ts'
import { membersOf } from './ensemble/members-schema.ts'

/** The name of what judges points of one number only: the detector, or one of its members. Undefined where nothing does. */
export function ofOneNumber(
  definition: DetectorDefinition,
  parameters: unknown,
): string | undefined {
  if (definition.dimensions === 'one') return definition.name
  const { members } = Object(parameters) as { readonly members?: unknown }
  // What a job file names is a definition of its own, of the same name.
  if (definition.name !== ensemble.name || !Array.isArray(members)) return undefined
  return membersOf(members).find((member) => member.definition.dimensions === 'one')?.definition
    .name
}
