/** What a schema of several alternatives hears of a value that is none of them. */
interface Issue {
  readonly input?: unknown
  /** What each of them has against it, in their order. */
  readonly errors?: readonly (readonly Fault[])[] | undefined
}

interface Fault {
  readonly path: readonly PropertyKey[]
  readonly message: string
}

/**
 * What is wrong with a value that is none of several alternatives, for the `error` of a union: `expected` says in words what they are, and `kinds` are the keys of which
 * a map is to have exactly one, each that of one alternative.
 */
export function kindFault(
  expected: string,
  kinds: readonly string[],
): (issue: Issue) => string | undefined {
  return ({ errors = [], input }) => {
    const isMap = typeof input === 'object' && input !== null && !Array.isArray(input)
    if (!isMap) return `must be ${expected}.`
    const given = kinds.filter((kind) => kind in input)
    const got = given.length > 1 ? given.join(' and ') : 'none of them'
    if (given.length !== 1) return `must be ${expected}, and of these exactly one; got ${got}.`
    const [fault] = errors.find((faults) => faults.every((one) => isInside(one, given))) ?? []
    if (fault === undefined) return `must be ${expected}.`
    return `must be ${expected}; ${fault.path.join('.')}: ${fault.message}`
  }
}

/** Whether it is about what stands below one of these keys. */
function isInside({ path }: Fault, keys: readonly string[]): boolean {
  return keys.includes(String(path[0]))
}
