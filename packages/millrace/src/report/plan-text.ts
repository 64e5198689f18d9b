import type { JobPlan, PlanNode } from '@millrace/loader'
import { plain, type Paint } from '../paint.ts'
import { renderSetting } from './setting.ts'
import { alignRows } from './table.ts'

/** How a plan is shown. */
export interface PlanOptions {
  readonly paint?: Paint
  /** Files are named relative to it. */
  readonly cwd?: string
}

/** The plan as text: each node with its inputs, keys, parameters, fates and guarantee, then notes. */
export function renderPlan(plan: JobPlan, options: PlanOptions = {}): string {
  const { paint = plain } = options
  const blocks = plan.nodes.map((node) => renderNode(node, plan, options))
  const notes = plan.notes.map((note) => `note  ${note}`)
  return [
    `${paint('bold', plan.name)}\n`,
    ...blocks,
    ...(notes.length > 0 ? [`${notes.join('\n')}\n`] : []),
  ].join('\n')
}

function renderNode(node: PlanNode, plan: JobPlan, { paint = plain, cwd }: PlanOptions): string {
  const from = node.package === undefined ? '' : paint('dim', `  ${node.package}`)
  const lines = [`${paint('cyan', title(node))}: ${paint('bold', node.module)}${from}`]
  lines.push(`  ${node.summary}`)
  const facts: string[][] = []
  const inputs = plan.edges.filter((edge) => edge.to === node.id)
  if (inputs.length > 0) {
    facts.push([
      '  reads',
      inputs.map((edge) => edgeName(edge.from, edge.output, edge.input)).join(', '),
    ])
  }
  if (node.by.length > 0) facts.push(['  by', node.by.join(', ')])
  for (const parameter of node.parameters) {
    const mark = parameter.isDefault ? paint('dim', '  (default)') : ''
    facts.push([`  ${parameter.name}`, `${renderSetting(parameter.value, cwd)}${mark}`])
  }
  lines.push(...alignRows(facts))
  lines.push(...node.fates.map((fate) => `  ${paint('dim', '·')} ${fate}`))
  if (node.delivery !== undefined) {
    const { level, why } = node.delivery
    lines.push(`  ${paint('dim', '·')} Through crashes: ${level}, for ${why}`)
  }
  if (node.guarantee !== undefined) lines.push(`  ${paint('dim', '·')} ${node.guarantee}`)
  return `${lines.join('\n')}\n`
}

/** A lone source or sink has its kind for an id. */
function title({ kind, id }: PlanNode): string {
  if (kind === 'deadLetter') return 'dead letters'
  return kind === id ? kind : `${kind} ${id}`
}

function edgeName(from: string, output: string, input: string): string {
  const source = output === 'out' ? from : `${from}.${output}`
  return input === 'in' ? source : `${source} as ${input}`
}
