/** Event time of one source, as the others see it. */
interface Aligned {
  mark: number
  /** Idle or over: nobody waits for it. */
  isAside: boolean
  readonly aheadMs: number
  wake: (() => void) | undefined
}

/** Holds sources back that run ahead of the slowest one in event time, so that what joins them keeps little. */
export class Alignment {
  readonly #sources: Aligned[] = []

  /** A source that may be `aheadMs` ahead of the slowest; Infinity: it is waited for, and never waits. */
  join(aheadMs: number): AlignedSource {
    const source: Aligned = {
      mark: Number.NEGATIVE_INFINITY,
      isAside: false,
      aheadMs,
      wake: undefined,
    }
    this.#sources.push(source)
    return {
      moved: (mark, isAside) => {
        const isNews = mark > source.mark || isAside !== source.isAside
        source.mark = Math.max(source.mark, mark)
        source.isAside = isAside
        if (isNews) this.#wake()
      },
      room: () => (this.#mayRead(source) ? undefined : this.#wait(source)),
      letGo: () => {
        const { wake } = source
        source.wake = undefined
        wake?.()
      },
    }
  }

  #mayRead(source: Aligned): boolean {
    if (source.aheadMs === Number.POSITIVE_INFINITY) return true
    for (const other of this.#sources) {
      if (other !== source && !other.isAside && source.mark - other.mark > source.aheadMs)
        return false
    }
    return true
  }

  #wait(source: Aligned): Promise<void> {
    return new Promise((resolve) => {
      source.wake = resolve
    })
  }

  #wake(): void {
    for (const source of this.#sources) {
      const { wake } = source
      if (wake === undefined || !this.#mayRead(source)) continue
      source.wake = undefined
      wake()
    }
  }
}

/** What a source says of its event time, and asks. */
export interface AlignedSource {
  moved(mark: number, isAside: boolean): void
  /** Resolves when it is not too far ahead any more; undefined: it is not. */
  room(): Promise<void> | undefined
  /** Ends the wait: the job stops. */
  letGo(): void
}
