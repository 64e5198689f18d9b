import {
  type ExpressionScope,
  type Injection,
  type InstanceScope,
  type SinkFactory,
  sinkTraits,
  type SourceFactory,
  sourceTraits,
  type StageDefinition,
  type StageFactory,
  type StageTraits,
  withHalves,
} from '@millrace/sdk'
import { askDefinition, askTraits } from '../ask-definition.ts'
import { Container } from './container.ts'
import type { Kind, LoadedModule } from '../modules.ts'
import type { ResourceSet } from './resource-set.ts'

/** One source, stage or sink of a job, with the parameters that its schema made. */
export interface Use<K extends Kind> {
  readonly loaded: LoadedModule<K>
  readonly parameters: unknown
  readonly expressions: ExpressionScope
  readonly id: string
}

/** A stage as the engine wants it. Throws CFG_MODULE_DEFINITION where its outputs are not what they should be. */
export function createStageFactory(use: Use<'stage'>, resources: ResourceSet): StageFactory {
  const { definition } = use.loaded
  const make = (create: StageDefinition['create'], traits: StageTraits): StageFactory => {
    return { traits, ...instances(use, resources, create) }
  }
  const whole = make(definition.create.bind(definition), askTraits(use.loaded, use.parameters))
  const ask = () => definition.combined?.(use.parameters)
  return withHalves(whole, askDefinition(use.loaded, 'combined', ask), make)
}

/** A source as the engine wants it. */
export function createSourceFactory(use: Use<'source'>, resources: ResourceSet): SourceFactory {
  const { definition } = use.loaded
  return {
    traits: askDefinition(use.loaded, 'ends', () => sourceTraits(definition, use.parameters)),
    ...instances(use, resources, definition.create.bind(definition)),
  }
}

/** A sink as the engine wants it. */
export function createSinkFactory(use: Use<'sink'>, resources: ResourceSet): SinkFactory {
  const { definition } = use.loaded
  return {
    traits: askDefinition(use.loaded, 'replaces', () => sinkTraits(definition, use.parameters)),
    ...instances(use, resources, definition.create.bind(definition)),
  }
}

/** Makes instances, each in a scope of its own. The engine opens and closes them; their scopes go with the factory or the job. */
function instances<S extends InstanceScope, T>(
  use: Use<Kind>,
  resources: ResourceSet,
  create: (scope: S & Injection<unknown>) => T | Promise<T>,
): { create: (scope: S) => Promise<T>; dispose: () => Promise<void> } {
  const kind = use.loaded.kind.replace(/^./, (letter) => letter.toUpperCase())
  const scopes: Container[] = []
  return {
    create: async (scope) => {
      const shared = await resources.open(scope)
      const own = shared.child()
      const { inject, seal } = own.injector(`${kind} "${use.id}"`)
      try {
        const { parameters, expressions } = use
        const instance = await create({ ...scope, parameters, expressions, inject })
        scopes.push(own)
        return instance
      } catch (error) {
        await own.dispose()
        throw error
      } finally {
        seal()
      }
    },
    dispose: async () => {
      for (let scope = scopes.pop(); scope; scope = scopes.pop()) await scope.dispose()
    },
  }
}
