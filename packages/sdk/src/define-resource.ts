import type { Injection, InstanceScope } from './context.ts'
import type { ParameterSchema } from './schema.ts'
import type { InjectionToken } from './token.ts'

/** Something shared by stages: a pool, a client, a table. Opened once, disposed in reverse. */
export interface ResourceDefinition<Parameters = unknown, T = unknown> {
  readonly kind: 'resource'
  readonly name: string
  readonly summary: string
  readonly parameters: ParameterSchema<Parameters>
  readonly main?: string
  readonly provides: InjectionToken<T>
  create(scope: InstanceScope & Injection<Parameters>): T | Promise<T>
  dispose?(resource: T): void | Promise<void>
}

/** How the engine opens a resource of a job, before the first stage, and closes it after the last. */
export interface ResourceFactory {
  /** Name of the module. */
  readonly name: string
  /** Resolves when stages may use it. After a failure it may be called again, and so after `close`. */
  open(scope: InstanceScope): Promise<void>
  close(): Promise<void>
}

/** Declares a resource. */
export function defineResource<Parameters, T>(
  definition: Omit<ResourceDefinition<Parameters, T>, 'kind'>,
): ResourceDefinition<Parameters, T> {
  return { kind: 'resource', ...definition }
}
