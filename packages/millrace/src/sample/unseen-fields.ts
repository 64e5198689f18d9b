import { type MillraceError, nearestName, type Where } from '@millrace/base'
import { ENG_FIELD_UNSEEN, type ExpectedFields, type StageSpec } from '@millrace/engine'
import type { ConfigValue, JobPlan } from '@millrace/loader'

/** Fields of the records of each source by its id; undefined where they are not known. */
export type SourceFields = ReadonlyMap<string, readonly string[] | undefined>

/** What a loaded job says about itself. */
export interface SampledJob {
  /** Its stages and sinks. */
  readonly readers: readonly Pick<StageSpec, 'id' | 'expects' | 'where'>[]
  readonly plan: JobPlan
  readonly values: readonly ConfigValue[]
}

/**
 * A warning for each field that a stage or sink expects and that no record can have there. Follows the fields from the sources
 * through the stages, as far as these say what they make of them.
 */
export function unseenFields(
  { readers, plan, values }: SampledJob,
  sources: SourceFields,
  records: number,
): readonly MillraceError[] {
  const incoming = incomingFields(plan, sources)
  return readers.flatMap(({ id, expects = [], where }) => {
    const fields = incoming.get(id)
    if (fields === undefined || !isList(expects)) return []
    return expects
      .filter((field) => !mayHave(fields, field))
      .map((field) => {
        const near = nearestName(field, fields)
        const place = placeOf(id, field, values) ?? where
        return ENG_FIELD_UNSEEN({ id, field, records, near }, place)
      })
  })
}

function isList(expects: ExpectedFields): expects is readonly string[] {
  return Array.isArray(expects)
}

/** Where the job file names the field. */
function placeOf(id: string, field: string, values: readonly ConfigValue[]): Where | undefined {
  const names = ({ path, expects = [] }: ConfigValue): boolean =>
    nodeId(path) === id && expects.includes(field)
  return values.find(names)?.where
}

/** Whether records with these fields can have `path`: they do, or nothing is known of what one of its parts holds. */
function mayHave(fields: readonly string[], path: string): boolean {
  if (fields.includes(path)) return true
  for (let at = path.indexOf('.'); at !== -1; at = path.indexOf('.', at + 1)) {
    const part = path.slice(0, at)
    const holds = fields.some((field) => field.startsWith(`${part}.`))
    if (fields.includes(part) && !holds) return true
  }
  return false
}

/** The id in the path of a value: `stages.hourly.by` is of `hourly`, `sink.parameters.path` of `sink`. */
function nodeId(path: string): string | undefined {
  const [head, second] = path.split('.')
  if (head === 'sink') return head
  return head === 'stages' || head === 'sinks' ? second : undefined
}

/** What arrives at each stage and sink. A stage with several inputs is left out: its expressions see them one at a time. */
function incomingFields(plan: JobPlan, sources: SourceFields): SourceFields {
  const outgoing = new Map<string, readonly string[] | undefined>()
  for (const [id, fields] of sources) outgoing.set(`${id}.out`, fields)
  const incoming = new Map<string, readonly string[] | undefined>()
  // Nodes stand after what they read.
  for (const node of plan.nodes) {
    if (node.kind !== 'stage' && node.kind !== 'sink') continue
    const edges = plan.edges.filter((edge) => edge.to === node.id)
    const isOne = new Set(edges.map((edge) => edge.input)).size === 1
    const parts = edges.map((edge) => outgoing.get(`${edge.from}.${edge.output}`))
    const fields = isOne ? union(parts) : undefined
    incoming.set(node.id, fields)
    for (const [output, made] of Object.entries(node.shape?.(fields) ?? {})) {
      outgoing.set(`${node.id}.${output}`, made)
    }
  }
  return incoming
}

function union(parts: readonly (readonly string[] | undefined)[]): readonly string[] | undefined {
  const known = parts.filter((part) => part !== undefined)
  return known.length === parts.length ? [...new Set(known.flat())] : undefined
}
