import { defineStage, type StageDefinition, type StageScope } from '@millrace/sdk'
import { z } from 'zod'
import type { Definitions, Kind, LoadedModule } from '../modules.ts'

export const expressions = { env: {}, functions: [], aggregates: [] }

export const scope: StageScope = {
  id: 'one',
  instance: 0,
  inputEnds: true,
  clock: { now: () => 0, monotonic: () => 0 },
  timer: () => () => undefined,
  random: () => 0.5,
  logger: {
    debug: () => undefined,
    info: () => undefined,
    warn: () => undefined,
    error: () => undefined,
  },
  metrics: { counter: () => ({ add: () => undefined }) },
  state: {} as StageScope['state'],
  timers: {} as StageScope['timers'],
  outputs: {},
  keyNames: [],
  inputs: ['in'],
}

export function loaded<K extends Kind>(kind: K, definition: Definitions[K]): LoadedModule<K> {
  return { specifier: definition.name, kind, definition, schema: {}, file: '/mine.ts' }
}

export function stage(more: Partial<StageDefinition> = {}): LoadedModule<'stage'> {
  const definition: StageDefinition = defineStage<unknown>({
    name: 'threshold',
    summary: 'Passes.',
    parameters: z.unknown(),
    create: () => ({ process: () => undefined }),
    ...more,
  })
  return loaded('stage', definition)
}
