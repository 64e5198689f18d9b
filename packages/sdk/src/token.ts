/** Names a thing that can be injected. Two copies of a package that define the same name agree. */
export interface InjectionToken<T> {
  readonly symbol: symbol
  readonly name: string
  /** Carries the type only. */
  readonly type?: T
}

/** Declares a token; `name` starts with the package that provides it, such as `@acme/pg/database`. */
export function defineToken<T>(name: string): InjectionToken<T> {
  return { symbol: Symbol.for(name), name }
}

/** A token and the value bound to it. The value stays its giver's: nobody else disposes it. */
export type Binding = readonly [InjectionToken<unknown>, unknown]
