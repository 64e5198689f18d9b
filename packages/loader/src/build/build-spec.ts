import type { Where } from '@millrace/base'
import type {
  JobSpec,
  OutputRef,
  ResourceSpec,
  SinkSpec,
  SourceSpec,
  StageSpec,
} from '@millrace/engine'
import { locate } from '../check/check-parameters.ts'
import type { PipelineSettings } from '../check/read-pipeline-settings.ts'
import type { LoadContext } from '../load-context.ts'
import type { Modules } from '../modules/modules.ts'
import { expectedOfSink, expectedOfStage } from './expected-fields.ts'
import { neededBehindStage, neededOf } from './needed-fields.ts'
import { sinkOf, sourceOf, stageOf, type Part } from './part.ts'
import { rawSinks } from './raw-sinks.ts'
import type { Wiring } from './wire.ts'

interface BuildOptions {
  readonly settings: PipelineSettings
  readonly parts: ReadonlyMap<string, Part>
  readonly wiring: Wiring
  readonly modules: Modules
  readonly context: LoadContext
}

/** The job specification of a job without faults. */
export function buildSpec({ settings, parts, wiring, modules, context }: BuildOptions): JobSpec {
  const { scope } = context
  const resources: ResourceSpec[] = []
  const sources: SourceSpec[] = []
  const stages = new Map<string, StageSpec>()
  const sinks: SinkSpec[] = []
  let deadLetter: SinkSpec | undefined
  const graph = { parts, wiring, onError: settings.onError }
  const raw = new Set<string>()
  for (const [id, part] of parts) {
    const { entry } = part
    const { onError, restart } = part.settings
    const value = part.parameters?.value
    const source = sourceOf(part)
    const stage = stageOf(part)
    const sink = sinkOf(part)
    const where = placeOf(part)
    if (entry.role === 'resource') {
      resources.push({ id, where, factory: modules.resourceFactory(id), restart })
    } else if (source !== undefined) {
      const factory = modules.sourceFactory(source, value, scope, id)
      const { time, limit, parallel } = part.settings
      const needed = neededOf(id, graph)
      sources.push({ id, where, factory, time, onError, limit, ...needed, restart, parallel })
      if (needed.raw) for (const reader of rawSinks(id, graph)) raw.add(reader)
    } else if (stage !== undefined) {
      const factory = modules.stageFactory(stage, value, scope, id)
      const { by, timeoutMs, batch, parallel, spill } = part.settings
      const inputs = wiring.inputs.get(id) ?? []
      const expects = expectedOfStage(part, context.values)
      stages.set(id, {
        id,
        where,
        locate: (path) => locate(entry.parameters, path.split('.'), where),
        factory,
        inputs,
        by,
        expects,
        onError,
        timeoutMs,
        batch,
        restart,
        parallel,
        spill,
        needed: neededBehindStage(id, graph),
      })
    } else if (sink !== undefined) {
      const factory = modules.sinkFactory(sink, value, scope, id)
      const from: readonly OutputRef[] = entry.isDeadLetter
        ? []
        : (wiring.inputs.get(id)?.[0]?.from ?? [])
      const expects = expectedOfSink(part, context.values)
      const { timeoutMs } = part.settings
      const spec: SinkSpec = { id, where, factory, from, expects, onError, timeoutMs, restart }
      if (entry.isDeadLetter) deadLetter = spec
      else sinks.push(spec)
    }
  }
  const ordered = wiring.order.flatMap((id) => stages.get(id) ?? [])
  return {
    ...settings,
    resources,
    sources,
    stages: ordered,
    main: wiring.main,
    sinks: sinks.map((sink) => (raw.has(sink.id) ? { ...sink, raw: true } : sink)),
    deadLetter,
  }
}

/** Where an entry says what it is about: at its main parameter, such as the path of a file, else at its module. */
function placeOf({ entry, loaded }: Part): Where {
  const main = loaded?.definition.main
  return main === undefined ? entry.where : locate(entry.parameters, [main], entry.where)
}
