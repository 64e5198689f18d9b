import { nearestName } from '@millrace/base'
import type { JobSpec } from '@millrace/engine'
import { compileTime } from '@millrace/expression'
import {
  describeNode,
  type ConfigNode,
  type ListNode,
  type MapNode,
} from '../document/config-node.ts'
import { valueOf } from '../document/value-of.ts'
import { CFG_MISSING, CFG_TEST_TARGET, CFG_TYPE, CFG_UNKNOWN_KEY } from '../errors.ts'
import { choices, testKeys } from '../grammar/keys.ts'
import type { LoadContext } from '../load-context.ts'
import { durationOfNode, placeOf, readChoice, readMap } from '../check/read-value.ts'
import type { Expectation, JobTest, Mock, TestStep } from './job-test.ts'
import { listOf, nameOf, testNodes } from './test-nodes.ts'
import { targetsOf, type Targets } from './test-targets.ts'

const clock = compileTime()

/** Reads `tests:` for a job without faults of its own; what does not fit the job is a fault. Nothing in a test is interpolated. */
export function readTests(root: MapNode, spec: JobSpec, context: LoadContext): readonly JobTest[] {
  const targets = targetsOf(spec)
  return testNodes(root, context.faults).flatMap((node, index) => {
    const reader = new TestReader(node, index, targets, context)
    return reader.read()
  })
}

class TestReader {
  readonly #node: MapNode
  readonly #index: number
  readonly #targets: Targets
  readonly #context: LoadContext

  constructor(node: MapNode, index: number, targets: Targets, context: LoadContext) {
    this.#node = node
    this.#index = index
    this.#targets = targets
    this.#context = context
  }

  read(): JobTest[] {
    const before = this.#context.faults.length
    const place = {
      node: this.#node,
      what: `Test ${this.#index + 1}`,
      path: `tests[${this.#index}]`,
    }
    readMap(place, this.#context, testKeys.test)
    const name = nameOf(this.#node, this.#index, this.#context.faults)
    const test: JobTest = {
      name,
      where: this.#node.where,
      clockMs: this.#clock(),
      match: this.#choice('match', choices.match) ?? 'contains',
      order: this.#choice('order', choices.order) ?? 'given',
      mocks: this.#mocks(),
      steps: this.#steps(),
    }
    return this.#context.faults.length === before ? [test] : []
  }

  #entry(key: string): ConfigNode | undefined {
    return this.#node.entries.get(key)?.value
  }

  #choice<T extends string>(key: string, known: readonly T[]): T | undefined {
    const place = placeOf(this.#node.entries, key, `tests[${this.#index}]`)
    return readChoice(place, this.#context, known)
  }

  #clock(): number {
    const node = this.#entry('clock')
    if (node === undefined) return 0
    const ms = node.kind === 'scalar' ? clock(node.value) : Number.NaN
    if (!Number.isNaN(ms)) return ms
    this.#expected('"clock"', 'a time such as 2026-01-31T12:00:00Z', node)
    return 0
  }

  #mocks(): readonly Mock[] {
    const node = this.#entry('mocks')
    if (node === undefined) return []
    if (node.kind !== 'map') {
      this.#expected('"mocks"', 'a map of stages to lists of records', node)
      return []
    }
    return [...node.entries.values()].flatMap(({ key, value, where }) => {
      const of = this.#targets.mocked(key)
      if (of === undefined) {
        this.#unknown(key, 'mocks', this.#targets.mockable, where)
        return []
      }
      const list = this.#records(value, `"mocks.${key}"`)
      return list === undefined ? [] : [{ of, records: list.items.map(valueOf), where }]
    })
  }

  /** `given` and `expect` beside each other are the short form of three steps: given, end, expect. */
  #steps(): readonly TestStep[] {
    const { where } = this.#node
    const given = this.#entry('given')
    const steps = this.#entry('steps')
    const expect = this.#entry('expect')
    const path = ['tests', this.#index]
    if (given === undefined && steps === undefined) {
      const hint = 'Add given: [{ … }] with the records that the source reads.'
      this.#context.faults.push(CFG_MISSING({ what: '"given"', of: 'The test', hint }, where))
    }
    const expects =
      expect !== undefined ||
      (steps?.kind === 'list' &&
        steps.items.some((item) => item.kind === 'map' && item.entries.has('expect')))
    if (!expects) {
      const hint = 'Add expect: { sink: [] }; millrace test --update fills it in.'
      this.#context.faults.push(CFG_MISSING({ what: '"expect"', of: 'The test', hint }, where))
    }
    return [
      ...(given === undefined ? [] : this.#given(given)),
      ...(steps === undefined ? [{ kind: 'end' as const, where }] : this.#list(steps, path)),
      ...(expect === undefined ? [] : this.#expect(expect, [...path, 'expect'])),
    ]
  }

  #list(node: ConfigNode, path: readonly (string | number)[]): readonly TestStep[] {
    if (node.kind !== 'list') {
      this.#expected('"steps"', 'a list such as [given, advance, end, expect]', node)
      return []
    }
    return node.items.flatMap((item, index) => this.#step(item, [...path, 'steps', index]))
  }

  #step(node: ConfigNode, path: readonly (string | number)[]): readonly TestStep[] {
    const { where } = node
    const entries = node.kind === 'map' ? [...node.entries.values()] : []
    const [entry, second] = entries
    if (node.kind === 'scalar' && node.text === 'end') return [{ kind: 'end', where }]
    if (node.kind === 'scalar' && node.text === 'idle') return this.#idle(where)
    if (entry === undefined || second !== undefined) {
      const keys = entries.map(({ key }) => `"${key}"`).join(' and ')
      const got = second === undefined ? describeNode(node) : `a map with ${keys}`
      const hint = second === undefined ? undefined : 'Make each a step of its own.'
      const expected = `one of ${testKeys.step.join(', ')}`
      this.#context.faults.push(CFG_TYPE({ what: 'A step', expected, got, hint }, where))
      return []
    }
    const { key, value } = entry
    if (key === 'given') return this.#given(value)
    if (key === 'expect') return this.#expect(value, [...path, 'expect'])
    if (key === 'end' || key === 'idle') {
      const own = key === 'idle' ? ', or - advance: 2m for a time of your own' : ''
      const [what, hint] = [`The step "${key}"`, `Write - ${key}${own}.`]
      const got = describeNode(node)
      this.#context.faults.push(CFG_TYPE({ what, expected: 'the word alone', got, hint }, where))
      return []
    }
    if (key !== 'advance') {
      const near = nearestName(key, testKeys.step)
      const known = testKeys.step
      this.#context.faults.push(CFG_UNKNOWN_KEY({ key, of: 'a step', near, known }, entry.where))
      return []
    }
    const ms = durationOfNode(value)
    if (ms === undefined) {
      this.#expected('"advance"', 'a duration with a unit, such as 2m', value)
      return []
    }
    return [{ kind: 'advance', ms, where }]
  }

  #idle(where: MapNode['where']): readonly TestStep[] {
    const { idleMs } = this.#targets
    if (idleMs > 0) return [{ kind: 'idle', ms: idleMs, where }]
    const hint = 'Add idle to the time of a source, such as idle: 1m, or end the input.'
    this.#context.faults.push(
      CFG_MISSING({ what: '"idle"', of: 'The time of the sources', hint }, where),
    )
    return []
  }

  /** A list for the only source, or a map of sources to lists. */
  #given(node: ConfigNode): readonly TestStep[] {
    const { sources } = this.#targets
    if (node.kind === 'map') {
      return [...node.entries.values()].flatMap(({ key, value, where }) => {
        if (!sources.includes(key)) {
          this.#unknown(key, 'given', sources, where)
          return []
        }
        return this.#givenTo(key, value)
      })
    }
    const [only, second] = sources
    if (only !== undefined && second === undefined) return this.#givenTo(only, node)
    this.#expected('"given"', `a map of sources (${sources.join(', ')}) to lists of records`, node)
    return []
  }

  #givenTo(source: string, node: ConfigNode): readonly TestStep[] {
    const list = this.#records(node, '"given"')
    if (list === undefined) return []
    return [{ kind: 'given', source, records: list.items.map(valueOf), where: node.where }]
  }

  #expect(node: ConfigNode, path: readonly (string | number)[]): readonly TestStep[] {
    if (node.kind !== 'map') {
      this.#expected('"expect"', 'a map of sinks, or stages, to lists of records', node)
      return []
    }
    const expectations = [...node.entries.values()].flatMap(({ key, value, where }) => {
      const of = this.#targets.observed(key)
      if (of === undefined) {
        this.#unknown(key, 'expect', this.#targets.observable, where)
        return []
      }
      const list = this.#records(value, `"expect.${key}"`)
      if (list === undefined) return []
      const records = list.items.map(valueOf)
      return [{ of, records, where, path: [...path, key] } satisfies Expectation]
    })
    return [{ kind: 'expect', expectations, where: node.where }]
  }

  #records(node: ConfigNode, what: string): ListNode | undefined {
    const list = listOf(node)
    if (list === undefined) this.#expected(what, 'a list of records', node)
    return list
  }

  #expected(what: string, expected: string, node: ConfigNode): void {
    const got = describeNode(node)
    this.#context.faults.push(CFG_TYPE({ what, expected, got }, node.where))
  }

  #unknown(name: string, of: string, known: readonly string[], where: MapNode['where']): void {
    const near = nearestName(name, known)
    this.#context.faults.push(CFG_TEST_TARGET({ name, of, near, known }, where))
  }
}
