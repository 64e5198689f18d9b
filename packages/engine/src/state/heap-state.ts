import type {
  ListState,
  MapState,
  NumbersState,
  ObjectState,
  OrderedState,
  PanesState,
  SpansOptions,
  SpansState,
  StateScope,
  ValueState,
} from '@millrace/sdk'
import { ENG_STATE_NAME } from '../errors.ts'
import type { CurrentKey } from './current-key.ts'
import type { Journal } from './journal.ts'
import { HeapList } from './list-state.ts'
import { HeapMap } from './map-state.ts'
import { HeapNumbers } from './numbers-state.ts'
import { HeapObject } from './object-state.ts'
import { HeapOrdered } from './ordered-state.ts'
import { HeapPanes } from './panes-state.ts'
import { HeapSpans } from './spans-state.ts'
import { HeapValue } from './value-state.ts'

/** All state of one stage. It outlives the instance: a rebuilt one finds it under the same names. */
export class HeapState {
  readonly #current: CurrentKey
  readonly #journal: Journal
  readonly #stores = new Map<string, unknown>()

  constructor(current: CurrentKey, journal: Journal) {
    this.#current = current
    this.#journal = journal
  }

  get used(): boolean {
    return this.#stores.size > 0
  }

  /** The scope of one instance. Throws ENG_STATE_NAME for a name declared twice in it. */
  scope(): StateScope {
    const declared = new Set<string>()
    const handle = <S>(name: string, make: () => S): S => {
      if (declared.has(name)) throw ENG_STATE_NAME({ name })
      declared.add(name)
      if (!this.#stores.has(name)) this.#stores.set(name, make())
      return this.#stores.get(name) as S
    }
    const current = this.#current
    const journal = this.#journal
    return {
      value: <T>(name: string, options: { readonly initial: () => T }): ValueState<T> =>
        handle(name, () => new HeapValue<T>(name, current, journal, options.initial)),
      map: <K, V>(name: string): MapState<K, V> =>
        handle(name, () => new HeapMap<K, V>(name, current, journal)),
      list: <T>(name: string): ListState<T> =>
        handle(name, () => new HeapList<T>(name, current, journal)),
      object: <T>(name: string, options: { readonly create: () => T }): ObjectState<T> =>
        handle(name, () => new HeapObject<T>(name, current, journal, options.create)),
      numbers: <T>(name: string, options: { readonly create: () => T }): NumbersState<T> =>
        handle(name, () => new HeapNumbers<T>(name, current, journal, options.create)),
      panes: <T>(name: string, options: { readonly create: () => T }): PanesState<T> =>
        handle(name, () => new HeapPanes<T>(name, current, journal, options.create)),
      spans: <T>(name: string, options: SpansOptions<T>): SpansState<T> =>
        handle(name, () => new HeapSpans<T>(name, current, journal, options)),
      ordered: <T>(name: string): OrderedState<T> =>
        handle(name, () => new HeapOrdered<T>(name, current, journal)),
    }
  }
}
