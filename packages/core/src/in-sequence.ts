/** Works through `items` one after another: `step` calls `next` when its item is done, at once or later. */
export function inSequence<T>(
  items: readonly T[],
  step: (item: T, next: () => void) => void,
  done: () => void,
): void {
  let index = 0
  let isStepping = false
  let isReady = false
  const next = (): void => {
    isReady = true
    // A step that is done at once comes back here: the loop goes on, so that the stack does not grow.
    if (isStepping) return
    isStepping = true
    while (isReady && index < items.length) {
      isReady = false
      step(items[index++] as T, next)
    }
    isStepping = false
    if (isReady && index === items.length) {
      isReady = false
      index++
      done()
    }
  }
  next()
}
