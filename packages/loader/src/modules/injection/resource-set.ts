import { invariant } from '@millrace/base'
import type { ExpressionScope, InstanceScope, ResourceFactory } from '@millrace/sdk'
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

/** The resources of a job: each opened once, in the order they were added, by the engine or when the first instance needs them. */
export class ResourceSet {
  readonly #job: Container
  readonly #entries: Entry[] = []
  readonly #opening = new Map<Entry, Promise<void>>()
  /** Also what is still opening after a close. */
  readonly #pending = new Set<Promise<void>>()
  /** Where they are bound. */
  #scope: Container | undefined

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

  /** One of them, for the engine, which opens them in their order. To close one is to close all. */
  factory(id: string): ResourceFactory {
    const entry = this.#entries.find((candidate) => candidate.id === id)
    invariant(entry !== undefined, `The resource "${id}" was added.`)
    return {
      name: entry.loaded.definition.name,
      open: (scope) => this.#open(entry, scope),
      close: () => this.#close(),
    }
  }

  /**
   * The scope in which all resources are bound; it is disposed with the job's. Where one cannot be opened, those before it are
   * disposed, last opened first, and the next call starts afresh.
   */
  async open(environment: Environment): Promise<Container> {
    try {
      for (const entry of this.#entries) await this.#open(entry, environment)
    } catch (error) {
      // What stopped the start is the cause to report, also where the clean-up then fails too.
      await this.#close().catch(() => undefined)
      throw error
    }
    this.#scope ??= this.#job.child()
    return this.#scope
  }

  /** Resolves when nothing is being opened: only then is all that was opened known. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#pending)
  }

  #open(entry: Entry, environment: Environment): Promise<void> {
    const under = this.#opening.get(entry)
    if (under !== undefined) return under
    const scope = (this.#scope ??= this.#job.child())
    const opening = openOne(entry, scope, environment, () => this.#scope === scope)
      .catch((error: unknown) => {
        if (this.#opening.get(entry) === opening) this.#opening.delete(entry)
        throw error
      })
      .finally(() => this.#pending.delete(opening))
    this.#opening.set(entry, opening)
    this.#pending.add(opening)
    return opening
  }

  async #close(): Promise<void> {
    const scope = this.#scope
    this.#scope = undefined
    this.#opening.clear()
    await scope?.dispose()
  }
}

/** `isWanted` is false once the resources were closed meanwhile: then nobody else would dispose it. */
async function openOne(
  entry: Entry,
  scope: Container,
  environment: Environment,
  isWanted: () => boolean,
): Promise<void> {
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
    if (!isWanted()) return await definition.dispose?.(resource)
    scope.own(() => definition.dispose?.(resource))
    scope.provide(definition.provides, resource)
  } finally {
    seal()
  }
}
