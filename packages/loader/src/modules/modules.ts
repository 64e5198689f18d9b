import type {
  AggregateDefinition,
  DetectorDefinition,
  CommandDefinition,
  EmitterDefinition,
  ExpressionScope,
  FunctionDefinition,
  InjectionToken,
  JsonSchema,
  ResourceDefinition,
  ResourceFactory,
  SinkDefinition,
  SinkFactory,
  SourceDefinition,
  SourceFactory,
  StageDefinition,
  StageFactory,
  WatermarksDefinition,
} from '@millrace/sdk'
import type { MillraceError } from '@millrace/base'

/** What a definition of each kind looks like. */
export interface Definitions {
  readonly source: SourceDefinition
  readonly stage: StageDefinition
  readonly sink: SinkDefinition
  readonly resource: ResourceDefinition
  readonly watermarks: WatermarksDefinition
  readonly emitter: EmitterDefinition
  readonly detector: DetectorDefinition
  readonly function: FunctionDefinition
  readonly aggregate: AggregateDefinition
  readonly command: CommandDefinition
}

/** The place a module is loaded for. */
export type Kind = keyof Definitions

/** A module that was found, imported and checked. */
export interface LoadedModule<K extends Kind = Kind> {
  /** As it stands in the job file, such as `filter` or `./actors/mine.ts#Mine`. */
  readonly specifier: string
  readonly kind: K
  readonly definition: Definitions[K]
  /** Input form of the parameters; `{}` for functions, aggregates and commands. */
  readonly schema: JsonSchema
  /** Absent for a file of the job's own. */
  readonly package?: { readonly name: string; readonly version: string } | undefined
  /** Absolute path of the file it was loaded from. */
  readonly file: string
  /** Name of the export that was taken, such as `default`. */
  readonly export?: string | undefined
}

/** A plugin that is installed, as `millrace plugins` and the JSON Schema show it. */
export interface PluginInfo {
  readonly kind: Kind
  readonly name: string
  readonly package: string
  readonly version: string
  readonly summary: string
  /** The parameter that a scalar short form sets. */
  readonly main?: string | undefined
  readonly parameters: JsonSchema
  /** Why it cannot be loaded; then `summary` is empty and `parameters` is `{}`. */
  readonly fault?: MillraceError | undefined
}

/** One thing wrong with parameters; `path` is inside them. */
export interface ParameterIssue {
  readonly path: readonly (string | number)[]
  readonly message: string
  /** The next step, where there is a better one than reading the plugin's parameters. */
  readonly hint?: string | undefined
}

/** `provide` binds tokens to values that stay the caller's: they are never disposed here. */
export interface ModulesOptions {
  /** Folder of the job file: paths and packages are looked for from here first. */
  readonly folder: string
  readonly provide?: readonly (readonly [InjectionToken<unknown>, unknown])[] | undefined
  /** Further folders from which packages are resolved, before the loader's own. */
  readonly bases?: readonly string[] | undefined
}

/** The modules of one job: loading, injection, and what they hold open. */
export interface Modules {
  /** Finds, imports and checks a module; a short name that the package `owner` lists is its own. Rejects with CFG_MODULE_* errors. */
  load<K extends Kind>(specifier: string, kind: K, owner?: string): Promise<LoadedModule<K>>
  /** All functions and aggregates that a package or file exports (`plugins: use`). Rejects with CFG_MODULE_* errors. */
  loadFunctions(specifier: string): Promise<{
    functions: readonly FunctionDefinition[]
    aggregates: readonly AggregateDefinition[]
  }>
  /** Names of the installed plugins of a kind, without running their code. */
  known(kind: Kind): Promise<readonly string[]>
  /** Throws CFG_MODULE_DEFINITION where `outputs` of the definition throws. `parameters` are validated ones. */
  stageFactory(
    loaded: LoadedModule<'stage'>,
    parameters: unknown,
    expressions: ExpressionScope,
    id: string,
  ): StageFactory
  sourceFactory(
    loaded: LoadedModule<'source'>,
    parameters: unknown,
    expressions: ExpressionScope,
    id: string,
  ): SourceFactory
  sinkFactory(
    loaded: LoadedModule<'sink'>,
    parameters: unknown,
    expressions: ExpressionScope,
    id: string,
  ): SinkFactory
  /** Adds a resource: opened by its factory, else when the first instance is created, in the order of the calls. Throws CFG_INJECT_TWICE where another one provides the same token. */
  addResource(
    id: string,
    loaded: LoadedModule<'resource'>,
    parameters: unknown,
    expressions: ExpressionScope,
  ): void
  /** A resource that was added, for the engine to open. */
  resourceFactory(id: string): ResourceFactory
  /** Disposes what is open, last opened first, each once. A second call waits for the first. */
  dispose(): Promise<void>
}
