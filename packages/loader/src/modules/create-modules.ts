import { Container } from './injection/container.ts'
import {
  createSinkFactory,
  createSourceFactory,
  createStageFactory,
} from './injection/factories.ts'
import { findModule, searchFolders } from './find-module.ts'
import { importModule } from './import/import-module.ts'
import { knownPlugins } from './known-plugins.ts'
import type { Kind, LoadedModule, Modules, ModulesOptions } from './modules.ts'
import { schemaOf } from './parameters.ts'
import { definitionsOf, pickExport } from './pick-export.ts'
import { ResourceSet } from './injection/resource-set.ts'

/** The modules of one job. Holds nothing open until the first instance is created; then `dispose` is due. */
export function createModules(options: ModulesOptions): Modules {
  const folders = searchFolders(options.folder, options.bases)
  const job = Container.create()
  for (const [token, value] of options.provide ?? []) job.provide(token, value)
  const resources = new ResourceSet(job)
  return {
    load: (specifier, kind, owner) => loadModule(specifier, kind, folders, owner),
    loadFunctions: async (specifier) => {
      const found = findModule(specifier, 'function', folders)
      const exports = await importModule(found, options.folder)
      return {
        functions: definitionsOf(exports, 'function', specifier),
        aggregates: definitionsOf(exports, 'aggregate', specifier),
      }
    },
    known: (kind) => Promise.resolve(knownNames(kind, folders)),
    stageFactory: (loaded, parameters, expressions, id) =>
      createStageFactory({ loaded, parameters, expressions, id }, resources),
    sourceFactory: (loaded, parameters, expressions, id) =>
      createSourceFactory({ loaded, parameters, expressions, id }, resources),
    sinkFactory: (loaded, parameters, expressions, id) =>
      createSinkFactory({ loaded, parameters, expressions, id }, resources),
    addResource: (id, loaded, parameters, expressions) =>
      resources.add({ id, loaded, parameters, expressions }),
    resourceFactory: (id) => resources.factory(id),
    dispose: async () => {
      await resources.settled()
      await job.dispose()
    },
  }
}

/** Finds a module from `folders`, the job's own first, imports it and checks what it exports; see `Modules.load`. */
export async function loadModule<K extends Kind>(
  specifier: string,
  kind: K,
  folders: readonly string[],
  owner?: string,
): Promise<LoadedModule<K>> {
  const found = findModule(specifier, kind, folders, owner)
  const exports = await importModule(found, folders[0] ?? '.')
  const picked = pickExport(exports, kind, found)
  return {
    specifier,
    kind,
    definition: picked.definition,
    schema: schemaOf(picked.definition, kind, specifier),
    package: found.package && { name: found.package.name, version: found.package.version },
    file: found.file,
    export: picked.export,
  }
}

function knownNames(kind: Kind, folders: readonly string[]): readonly string[] {
  const known = knownPlugins(folders).filter((plugin) => plugin.kind === kind)
  return [...new Set(known.map((plugin) => plugin.name))]
}
