const atOnce = 16

/** Does something for each item, several at a time: each waits for the disk. Rejects with the first failure of a group. */
export async function severalAtOnce<T>(
  items: Iterable<T>,
  task: (item: T) => Promise<unknown>,
): Promise<void> {
  const list = [...items]
  for (let at = 0; at < list.length; at += atOnce) {
    const settled = await Promise.allSettled(list.slice(at, at + atOnce).map(task))
    for (const one of settled) if (one.status === 'rejected') throw one.reason
  }
}
