import type { ExpressionScope, InstanceScope } from '@millrace/sdk'
import { CFG_INJECT_TWICE } from '../errors.ts'
import type { LoadedModule } from '../modules.ts'
import { Container } from './container.ts'

interface Entry {
  readonly id: string
  readonly loaded: LoadedModule<'resource'>
  readonly parameters: unknown
  readonly expressions: ExpressionScope
}

type Environment = Omit<InstanceScope, 'id' | 'instance' | 'inputEnds'>

/** The resources of a job: opened together and once, in the order they were added, when the first instance needs them. */
export class ResourceSet {
  readonly #job: Container
  readonly #entries: Entry[] = []
  #opening: Promise<Container> | undefined

  /** `job` holds what the caller provides, which goes before any resource. */
  constructor(job: Container) {
    this.#job = job
  }

  /** Throws CFG_INJECT_TWICE where another one provides the same token. */
  add(entry: Entry): void {
    const token = entry.loaded.definition.provides
    const other = this.#entries.find(
      ({ loaded }) => loaded.definition.provides.symbol === token.symbol,
    )
    if (other !== undefined) {
      throw CFG_INJECT_TWICE({ token: token.name, first: other.id, second: entry.id })
    }
    this.#entries.push(entry)
    if (!this.#job.has(token)) this.#job.promise(token, entry.id)
  }

  /**
   * The scope in which all resources are bound; it is disposed with the job's. Where one cannot be opened, those before it are
   * disposed, last opened first, and the next call starts afresh.
   */
  open(environment: Environment): Promise<Container> {
    this.#opening ??= this.#openAll(environment).catch((error: unknown) => {
      this.#opening = undefined
      throw error
    })
    return this.#opening
  }

  /** Resolves when nothing is being opened: only then is all that was opened known. */
  async settled(): Promise<void> {
    await this.#opening?.catch(() => undefined)
  }

  async #openAll(environment: Environment): Promise<Container> {
    const scope = this.#job.child()
    try {
      for (const entry of this.#entries) await openOne(entry, scope, environment)
    } catch (error) {
      // What stopped the start is the cause to report, also where the clean-up then fails too.
      await scope.dispose().catch(() => undefined)
      throw error
    }
    return scope
  }
}

async function openOne(entry: Entry, scope: Container, environment: Environment): Promise<void> {
  const { definition } = entry.loaded
  // Given by the caller instead, as tests do: then the resource is not needed.
  if (scope.has(definition.provides)) return
  const { inject, seal } = scope.injector(`Resource "${entry.id}"`)
  try {
    const resource = await definition.create({
      clock: environment.clock,
      timer: environment.timer,
      random: environment.random,
      logger: environment.logger,
      metrics: environment.metrics,
      id: entry.id,
      instance: 0,
      inputEnds: true,
      parameters: entry.parameters,
      expressions: entry.expressions,
      inject,
    })
    scope.own(() => definition.dispose?.(resource))
    scope.provide(definition.provides, resource)
  } finally {
    seal()
  }
}
