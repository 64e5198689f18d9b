/** Actions that are names only: what they do is the business of the cell that runs the compiled table. */
export function named<const Name extends string>(
  names: readonly Name[],
): Record<Name, () => undefined> {
  return Object.fromEntries(names.map((name) => [name, () => undefined])) as Record<
    Name,
    () => undefined
  >
}
