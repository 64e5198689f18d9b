import type { JobSpec, StageSpec } from './job-spec.ts'

/** The only reader of a source, where that is a stage which takes each record as it comes: without a key, not one of many, losing nothing. */
export function onlyReader(spec: JobSpec, source: string): StageSpec | undefined {
  const { overflow = 'block' } = spec.mailbox ?? {}
  const isRead = ({ id }: { readonly id: string }): boolean => id === source
  const inputs = spec.stages.flatMap((stage) =>
    stage.inputs.flatMap(({ from }) => from.filter(isRead).map(() => stage)),
  )
  const sinks = spec.sinks.filter(({ from }) => from.some(isRead))
  const [stage] = inputs
  if (stage === undefined || inputs.length + sinks.length > 1) return undefined
  const isPlain = stage.by === undefined && (stage.replica ?? stage.parallel) === undefined
  const isBeside = stage.replica !== undefined && stage.parallel === undefined
  return (isPlain || isBeside) && overflow === 'block' ? stage : undefined
}
