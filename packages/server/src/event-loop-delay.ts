import type { MetricFamily } from './metric-family.ts'

/** Time between two looks, ms: often enough to meet what holds the loop up, too seldom to cost anything. */
const everyMs = 50

/** Upper bounds of the buckets, s. */
const bounds: readonly number[] = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5]

/** How late timers are: what anything else in this process would have to wait for its turn. */
export class EventLoopDelay {
  readonly #counts = bounds.map(() => 0)
  #count = 0
  #sum = 0

  /** Takes a delay into account, in seconds. */
  add(seconds: number): void {
    this.#count++
    this.#sum += seconds
    bounds.forEach((bound, index) => {
      if (seconds <= bound) this.#counts[index] = (this.#counts[index] as number) + 1
    })
  }

  /** Looks at the loop until the result is called; keeps no process alive. */
  watch(): () => void {
    let before = performance.now()
    const timer = setInterval(() => {
      const now = performance.now()
      this.add(Math.max(0, now - before - everyMs) / 1000)
      before = now
    }, everyMs)
    timer.unref()
    return () => clearInterval(timer)
  }

  family(): MetricFamily {
    const buckets = bounds.map((bound, index) => ({
      labels: { le: String(bound) },
      value: this.#counts[index] as number,
      suffix: '_bucket',
    }))
    return {
      name: 'millrace_event_loop_delay_seconds',
      type: 'histogram',
      help: 'How late a timer of this process is.',
      samples: [
        ...buckets,
        { labels: { le: '+Inf' }, value: this.#count, suffix: '_bucket' },
        { labels: {}, value: this.#sum, suffix: '_sum' },
        { labels: {}, value: this.#count, suffix: '_count' },
      ],
    }
  }
}
