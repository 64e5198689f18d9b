import type { ComparisonOperator, Node } from './syntax/node.ts'
import { resolve } from './syntax/resolve.ts'
import type { Scope } from './syntax/scope.ts'

/** Where to go on behind a test: at a later one by its place, or what becomes of the record; `unsure`: only the expression can tell. */
export type Next = number | 'wanted' | 'unwanted' | 'unsure'

/** Compares a field of the record itself with a constant. A field of another type, which is not null, leaves it `unsure`. */
export interface FieldTest {
  readonly field: string
  readonly operator: '==' | ComparisonOperator
  readonly value: string | number | boolean | null
  /** Where to go on if it holds, and if not. */
  readonly yes: Next
  readonly no: Next
}

/**
 * A condition as tests, one after the other as it would look at them itself: whoever has the fields at hand need not make a record. The
 * first one is where to begin; undefined where it begins with what is no such test. Throws as `compileExpression` does.
 */
export function fieldTests(text: string, scope: Scope = {}): readonly FieldTest[] | undefined {
  const made = new TestMaker()
  return made.tests(resolve(text, scope))
}

const mirrored = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' } as const

/** Makes tests from the last one to the first, since each must know those behind it. */
class TestMaker {
  readonly #made: FieldTest[] = []

  tests(node: Node): readonly FieldTest[] | undefined {
    const first = this.#make(node, 'wanted', 'unwanted')
    if (first !== this.#made.length - 1) return undefined
    const placed = (next: Next): Next =>
      typeof next === 'number' ? this.#made.length - 1 - next : next
    return this.#made
      .map((test) => ({ ...test, yes: placed(test.yes), no: placed(test.no) }))
      .toReversed()
  }

  /** Where to begin with a condition behind which lie `yes` and `no`. */
  #make(node: Node, yes: Next, no: Next): Next {
    switch (node.kind) {
      case 'and':
        return this.#make(node.left, this.#make(node.right, yes, no), no)
      case 'or':
        return this.#make(node.left, yes, this.#make(node.right, yes, no))
      case 'not':
        return this.#make(node.operand, no, yes)
      case 'constant':
        if (node.value === null || node.value === false) return no
        return node.value === true ? yes : 'unsure'
      case 'field':
        return this.#test(node, '==', true, yes, no)
      case 'equal':
        return node.negated ? this.#equal(node, no, yes) : this.#equal(node, yes, no)
      case 'compare': {
        const { left, operator, right } = node
        if (typeof constantOf(right) === 'number') {
          return this.#test(left, operator, constantOf(right), yes, no)
        }
        if (typeof constantOf(left) !== 'number') return 'unsure'
        return this.#test(right, mirrored[operator], constantOf(left), yes, no)
      }
      case 'choose': {
        const [then, otherwise] = [this.#make(node.yes, yes, no), this.#make(node.no, yes, no)]
        return this.#make(node.condition, then, otherwise)
      }
      case 'in':
        return this.#in(node, yes, no)
      default:
        return 'unsure'
    }
  }

  #equal(
    { left, right }: { readonly left: Node; readonly right: Node },
    yes: Next,
    no: Next,
  ): Next {
    const isFlipped = left.kind === 'constant'
    const value = constantOf(isFlipped ? left : right)
    return this.#test(isFlipped ? right : left, '==', value, yes, no)
  }

  #in({ left, right }: { readonly left: Node; readonly right: Node }, yes: Next, no: Next): Next {
    if (right.kind !== 'list') return 'unsure'
    // All of them are looked at before the first is compared, and may fail.
    const values = right.items.map(constantOf)
    if (values.length === 0 || values.includes(undefined)) return 'unsure'
    return values.reduceRight<Next>((next, value) => this.#test(left, '==', value, yes, next), no)
  }

  #test(
    node: Node,
    operator: FieldTest['operator'],
    value: FieldTest['value'] | undefined,
    yes: Next,
    no: Next,
  ): Next {
    if (value === undefined) return 'unsure'
    if (node.kind !== 'field' || node.object.kind !== 'record') return 'unsure'
    return this.#made.push({ field: node.name, operator, value, yes, no }) - 1
  }
}

/** The value of a constant; undefined for anything else. */
function constantOf(node: Node): FieldTest['value'] | undefined {
  return node.kind === 'constant' ? node.value : undefined
}
