import type { ReusedContext } from './reused-context.ts'

/** Emits what an asynchronous generator gives. */
export async function collect(
  results: AsyncIterable<unknown>,
  context: ReusedContext,
): Promise<void> {
  for await (const value of results) {
    if (context.closed || context.exited !== undefined) return
    context.emit(value)
  }
}
