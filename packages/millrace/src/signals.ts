// A terminal, npm and the launcher each pass one Ctrl-C on, so the same signal can arrive several times. Mostly within
// milliseconds; but on a busy machine the launcher may get its turn over 100 ms late, and its copy must not kill the job.
const sameSignalMs = 500

/** What to do when the process is asked to end. */
export interface SignalHandlers {
  /** The first signal: end in good order. */
  first(): void
  /** The first one is over `sameSignalMs` ago, so another one now counts as the second. */
  armed(): void
  /** The second one: end at once. */
  second(): void
}

/** Takes SIGINT and SIGTERM until the result is called. */
export function catchSignals(handlers: SignalHandlers): () => void {
  let first: { readonly signal: NodeJS.Signals; armed: boolean } | undefined
  let timer: NodeJS.Timeout | undefined
  const onSignal = (signal: NodeJS.Signals): void => {
    if (first === undefined) {
      const current = { signal, armed: false }
      first = current
      timer = setTimeout(() => {
        current.armed = true
        handlers.armed()
      }, sameSignalMs)
      handlers.first()
    } else if (first.armed || signal !== first.signal) {
      handlers.second()
    }
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  return () => {
    clearTimeout(timer)
    process.off('SIGINT', onSignal)
    process.off('SIGTERM', onSignal)
  }
}
