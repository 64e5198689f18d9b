import type { JobPlan, PlanNode } from '@millrace/loader'

/** The plan as a Mermaid flowchart: sources round, stages square, sinks like a cylinder, dead letters dashed. */
export function renderMermaid(plan: JobPlan): string {
  const names = new Map(plan.nodes.map((node, index) => [node.id, `n${index}`]))
  const lines = ['flowchart LR']
  for (const node of plan.nodes) {
    const name = names.get(node.id) ?? node.id
    const label = escape(node.id === node.module ? node.id : `${node.id}: ${node.module}`)
    const by = node.by.length === 0 ? '' : `<br>by ${escape(node.by.join(', '))}`
    lines.push(`  ${name}${shape(node.kind, `${label}${by}`)}`)
  }
  for (const edge of plan.edges) {
    const label = edge.output === 'out' ? '' : `|${escape(edge.output)}|`
    lines.push(
      `  ${names.get(edge.from) ?? edge.from} -->${label} ${names.get(edge.to) ?? edge.to}`,
    )
  }
  const deadLetter = plan.nodes.find((node) => node.kind === 'deadLetter')
  if (deadLetter !== undefined) {
    const target = names.get(deadLetter.id) ?? deadLetter.id
    for (const node of plan.nodes) {
      if (node.kind !== 'source' && node.kind !== 'stage') continue
      lines.push(`  ${names.get(node.id) ?? node.id} -.-> ${target}`)
    }
  }
  return `${lines.join('\n')}\n`
}

function shape(kind: PlanNode['kind'], label: string): string {
  if (kind === 'source') return `(["${label}"])`
  if (kind === 'stage') return `["${label}"]`
  return `[("${label}")]`
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;')
}
