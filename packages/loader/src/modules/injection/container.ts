import 'reflect-metadata'
import type { InjectionToken } from '@millrace/sdk'
import { container as rootContainer, type DependencyContainer } from 'tsyringe'
import { CFG_INJECT_LATE, CFG_INJECT_ORDER, CFG_INJECT_UNBOUND } from '../errors.ts'

type Disposer = () => void | Promise<void>

/**
 * Values by token, and what must be disposed with them. A child sees its parent's values.
 * tsyringe, which is under it, disposes nothing that a factory made: the list of what to dispose is kept here.
 */
export class Container {
  readonly #container: DependencyContainer
  readonly #parent: Container | undefined
  readonly #promised: Map<symbol, string>
  readonly #disposers: Disposer[] = []
  #disposed: Promise<void> | undefined

  private constructor(container: DependencyContainer, parent: Container | undefined) {
    this.#container = container
    this.#parent = parent
    this.#promised = parent === undefined ? new Map() : parent.#promised
  }

  /** A container without a parent, as a job has one. */
  static create(): Container {
    return new Container(rootContainer.createChildContainer(), undefined)
  }

  /** A container that is disposed with this one, in its place among what this one owns, unless it was before. */
  child(): Container {
    const child = new Container(this.#container.createChildContainer(), this)
    this.#disposers.push(child.#asDisposer)
    return child
  }

  provide<T>(token: InjectionToken<T>, value: T): void {
    // A value provider refuses undefined; a factory hands out anything as it is.
    this.#container.register(token.symbol, { useFactory: () => value })
  }

  /** Says that resource `id` will provide a token, so that asking too early can be told from asking in vain. */
  promise(token: InjectionToken<unknown>, id: string): void {
    this.#promised.set(token.symbol, id)
  }

  has(token: InjectionToken<unknown>): boolean {
    return this.#container.isRegistered(token.symbol, true)
  }

  /** The `inject` of one `create`: works until `seal` is called. `who` stands in the errors, such as `Stage "late"`. */
  injector(who: string): { inject: <T>(token: InjectionToken<T>) => T; seal: () => void } {
    let open = true
    const inject = <T>(token: InjectionToken<T>): T => {
      if (!open) throw CFG_INJECT_LATE({ who, token: token.name })
      if (this.has(token)) return this.#container.resolve<T>(token.symbol)
      const provider = this.#promised.get(token.symbol)
      if (provider !== undefined) throw CFG_INJECT_ORDER({ who, token: token.name, provider })
      throw CFG_INJECT_UNBOUND({ who, token: token.name, package: packageOfToken(token.name) })
    }
    return {
      inject,
      seal: () => {
        open = false
      },
    }
  }

  /** Leaves a disposal to others; does nothing where it is not in the list any more. */
  #forget(dispose: Disposer): void {
    const index = this.#disposers.lastIndexOf(dispose)
    if (index !== -1) this.#disposers.splice(index, 1)
  }

  /** Takes over the disposal of something just made. */
  own(dispose: Disposer): void {
    this.#disposers.push(dispose)
  }

  /**
   * Disposes all it owns, last made first, each once, one after the other. A throw does not keep the rest from their turn: the
   * first error, or an AggregateError of all, is thrown when everything had it. A second call waits for the first.
   */
  dispose(): Promise<void> {
    this.#disposed ??= this.#disposeAll()
    return this.#disposed
  }

  readonly #asDisposer: Disposer = () => this.dispose()

  async #disposeAll(): Promise<void> {
    if (this.#parent !== undefined) this.#parent.#forget(this.#asDisposer)
    const errors: unknown[] = []
    for (let dispose = this.#disposers.pop(); dispose; dispose = this.#disposers.pop()) {
      try {
        await dispose()
      } catch (error) {
        errors.push(error)
      }
    }
    await this.#container.dispose()
    if (errors.length === 1) throw errors[0]
    if (errors.length > 1) throw new AggregateError(errors, 'Several things could not be disposed.')
  }
}

/** The package in a token's name: all before the last slash. */
function packageOfToken(name: string): string {
  const slash = name.lastIndexOf('/')
  return slash <= 0 ? name : name.slice(0, slash)
}
