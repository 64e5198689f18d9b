/** A value waiting in a TimerHeap; the handle to take it out again. */
export interface TimerEntry<T> {
  readonly dueMs: number
  readonly value: T
}

interface Node<T> extends TimerEntry<T> {
  readonly order: number
  index: number
}

/** Values ordered by due time; equal times come in the order they were added. Adding, taking and removing cost log n. */
export class TimerHeap<T> {
  readonly #nodes: Node<T>[] = []
  #added = 0

  get size(): number {
    return this.#nodes.length
  }

  /** Adds a value that is due at `dueMs`, on whatever clock the owner uses. */
  add(dueMs: number, value: T): TimerEntry<T> {
    const node = { dueMs, value, order: this.#added++, index: this.#nodes.length }
    this.#nodes.push(node)
    this.#rise(node)
    return node
  }

  /** The entry that is due first, left in place; undefined when empty. */
  peek(): TimerEntry<T> | undefined {
    return this.#nodes[0]
  }

  /** Takes the entry that is due first; undefined when empty. */
  pop(): TimerEntry<T> | undefined {
    const first = this.#nodes[0]
    if (first !== undefined) this.remove(first)
    return first
  }

  /** All entries, the first to be due first. They stay where they are. */
  inOrder(): readonly TimerEntry<T>[] {
    return this.#nodes.toSorted((a, b) => (isBefore(a, b) ? -1 : 1))
  }

  /** Takes one entry out; false when it is not in this heap (any more). */
  remove(entry: TimerEntry<T>): boolean {
    const node = entry as Node<T>
    if (this.#nodes[node.index] !== node) return false
    const last = this.#nodes.pop()
    if (last !== undefined && last !== node) {
      this.#place(last, node.index)
      this.#rise(last)
      this.#sink(last)
    }
    node.index = -1
    return true
  }

  #rise(node: Node<T>): void {
    while (node.index > 0) {
      const parent = this.#nodes[(node.index - 1) >> 1]
      if (parent === undefined || !isBefore(node, parent)) return
      const hole = parent.index
      this.#place(parent, node.index)
      this.#place(node, hole)
    }
  }

  #sink(node: Node<T>): void {
    for (;;) {
      const left = this.#nodes[node.index * 2 + 1]
      const right = this.#nodes[node.index * 2 + 2]
      const child =
        right !== undefined && left !== undefined && isBefore(right, left) ? right : left
      if (child === undefined || !isBefore(child, node)) return
      const hole = child.index
      this.#place(child, node.index)
      this.#place(node, hole)
    }
  }

  #place(node: Node<T>, index: number): void {
    this.#nodes[index] = node
    node.index = index
  }
}

function isBefore<T>(a: Node<T>, b: Node<T>): boolean {
  return a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.order < b.order)
}
