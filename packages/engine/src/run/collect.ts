import type { ReusedContext } from './reused-context.ts'

/** Emits what an asynchronous generator gives. */
export async function collect(
  results: AsyncIterable<unknown>,
  context: ReusedContext,
): Promise<void> {
  for await (const value of results) {
    if (context.closed) return
    context.emit(value)
  }
}
