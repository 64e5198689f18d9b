/** Ids in an order in which each stands behind what it reads, else as given; or one circle, closed, that makes it impossible. */
export function sortStages(
  ids: readonly string[],
  readsOf: (id: string) => readonly string[],
): { readonly order: readonly string[]; readonly circle?: readonly string[] } {
  const order: string[] = []
  const open: string[] = []
  let circle: readonly string[] | undefined
  const visit = (id: string): void => {
    if (order.includes(id) || !ids.includes(id)) return
    const start = open.indexOf(id)
    if (start !== -1) {
      circle ??= [...open.slice(start), id].toReversed()
      return
    }
    open.push(id)
    for (const read of readsOf(id)) visit(read)
    open.pop()
    order.push(id)
  }
  for (const id of ids) visit(id)
  return circle === undefined ? { order } : { order, circle }
}
