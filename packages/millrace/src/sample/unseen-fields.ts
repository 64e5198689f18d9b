import { type MillraceError, nearestName } from '@millrace/base'
import { ENG_FIELD_UNSEEN } from '@millrace/engine'
import type { ConfigValue, JobPlan } from '@millrace/loader'

/** Fields of the records of each source by its id; undefined where they are not known. */
export type SourceFields = ReadonlyMap<string, readonly string[] | undefined>

/**
 * A warning for each field that an expression or a key names and that no record can have there. Follows the fields from the
 * sources through the stages, as far as these say what they make of them.
 */
export function unseenFields(
  plan: JobPlan,
  values: readonly ConfigValue[],
  sources: SourceFields,
  records: number,
): readonly MillraceError[] {
  const incoming = incomingFields(plan, sources)
  return values.flatMap((value) => {
    const id = nodeId(value.path)
    const fields = id === undefined ? undefined : incoming.get(id)
    if (id === undefined || fields === undefined) return []
    return (value.expects ?? [])
      .filter((field) => !mayHave(fields, field))
      .map((field) => {
        const near = nearestName(field, fields)
        return ENG_FIELD_UNSEEN({ id, field, records, near }, value.where)
      })
  })
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
