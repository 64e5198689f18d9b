import type { JobPlan, PlanNode } from '@millrace/loader'

/** The file a node reads or writes, as its parameter `path` says; `-` is stdin or stdout. */
export function nodePath(node: PlanNode): string | undefined {
  const value = node.parameters.find((parameter) => parameter.name === 'path')?.value
  return typeof value === 'string' ? value : undefined
}

/** Whether a sink of the job writes to stdout, so that nothing else may. */
export function writesStdout(plan: JobPlan): boolean {
  return plan.nodes.some(
    (node) => (node.kind === 'sink' || node.kind === 'deadLetter') && nodePath(node) === '-',
  )
}

/** Where dead letters go, for people: a path, or the name of the sink's module. */
export function deadLetterPlace(plan: JobPlan): string | undefined {
  const node = plan.nodes.find((candidate) => candidate.kind === 'deadLetter')
  if (node === undefined) return undefined
  const path = nodePath(node)
  return path === '-' ? 'the standard output' : (path ?? node.module)
}

/** What the job reads, for the first line of progress. */
export function sourceNames(plan: JobPlan): string[] {
  return plan.nodes
    .filter((node) => node.kind === 'source')
    .map((node) => {
      const path = nodePath(node)
      return path === '-' ? 'the standard input' : (path ?? node.module)
    })
}
