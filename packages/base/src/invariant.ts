/**
 * States what must be true here; kept on in production.
 * Throws a plain Error with the sentence when it is not: a fault of the program, never of its input.
 */
export function invariant(ok: unknown, sentence: string): asserts ok {
  if (!ok) throw new Error(`Broken invariant: ${sentence}`)
}
