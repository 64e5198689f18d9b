import fc from 'fast-check'
import { expect, it } from 'vitest'

import type { ActorRef, ActorSpec } from './actor.ts'
import { createManualRuntime } from './manual-runtime.ts'
import { createActorSystem } from './system.ts'

/** An actor that starts others in its factory and greets them. */
interface Plan {
  readonly keepChildren: boolean
  /** How many turns its end takes. */
  readonly turns: number
  readonly children: readonly Plan[]
}

const shared = { keepChildren: fc.boolean(), turns: fc.nat({ max: 3 }) }
const leaf: fc.Arbitrary<Plan> = fc.record({ ...shared, children: fc.constant([]) })
const parentOf = (child: fc.Arbitrary<Plan>): fc.Arbitrary<Plan> =>
  fc.record({ ...shared, children: fc.array(child, { maxLength: 3, size: 'max' }) })
const tree = parentOf(fc.oneof(leaf, parentOf(fc.oneof(leaf, parentOf(leaf)))))
const actions = fc.array(
  fc.record({ do: fc.constantFrom('crash', 'crash', 'stop'), pick: fc.nat({ max: 1000 }) }),
  { maxLength: 10, size: 'max' },
)

/** What the law makes of a tree. */
class Model {
  readonly path: string
  readonly children = new Map<string, Model>()
  readonly #plan: Plan
  #incarnation = 0
  greetings = 0

  constructor(plan: Plan, path: string) {
    this.#plan = plan
    this.path = path
    this.begin()
  }

  /** An incarnation begins: those that were kept are greeted again, the others are new. */
  begin(): void {
    this.#incarnation++
    this.greetings = 0
    if (!this.#plan.keepChildren) this.children.clear()
    for (const [index, plan] of this.#plan.children.entries()) {
      const id = `${index}`
      const child = this.children.get(id) ?? new Model(plan, `${this.path}/${id}`)
      child.greetings++
      this.children.set(id, child)
    }
  }

  all(): Model[] {
    return [this, ...[...this.children.values()].flatMap((child) => child.all())]
  }

  remove(path: string): void {
    for (const [id, child] of this.children) {
      if (child.path === path) this.children.delete(id)
      else child.remove(path)
    }
  }

  get line(): string {
    return `${this.path} ${this.#incarnation} greeted ${this.greetings}`
  }
}

interface Life {
  readonly self: ActorRef<string>
  readonly incarnation: number
  greetings: number
}

function createWorld() {
  const runtime = createManualRuntime()
  const system = createActorSystem({ runtime })
  const lives = new Map<string, Life>()
  const breaches: string[] = []
  const specOf = (plan: Plan, id: string): ActorSpec<string> => ({
    id,
    restart: 'permanent',
    keepChildren: plan.keepChildren,
    create(context) {
      const { incarnation, self } = context
      const { path } = self
      const below = [...lives.keys()].filter((other) => other.startsWith(`${path}/`))
      if (below.length > 0 && !(plan.keepChildren && incarnation > 1)) {
        breaches.push(`${path} ${incarnation} begins, and there are ${below.join(', ')}`)
      }
      const life: Life = { self, incarnation, greetings: 0 }
      lives.set(path, life)
      for (const [index, child] of plan.children.entries()) {
        context.spawn(specOf(child, `${index}`)).tell('hello')
      }
      return {
        receive(message) {
          if (message === 'crash') throw new Error('crash')
          life.greetings++
        },
        async onStop() {
          for (let turn = 0; turn < plan.turns; turn++) await runtime.yield()
          if (lives.get(path) === life) lives.delete(path)
          else breaches.push(`${path} ${incarnation} ends after another has begun`)
        },
      }
    },
  })
  const lines = (): string[] =>
    [...lives].map(
      ([path, { incarnation, greetings }]) => `${path} ${incarnation} greeted ${greetings}`,
    )
  return { runtime, system, lives, breaches, specOf, lines }
}

it('law 25: children have ended before their parent is made again, and are new; those that are kept are the same', async () => {
  await fc.assert(
    fc.asyncProperty(tree, actions, async (plan, actions) => {
      const { runtime, system, lives, breaches, specOf, lines } = createWorld()
      const model = new Model(plan, 'millrace/top')
      system.spawn(specOf(plan, 'top'))
      await runtime.settle()

      for (const { do: what, pick } of actions) {
        const all = model.all()
        const target = all[pick % all.length] ?? model
        const refs = new Map([...lives].map(([path, { self }]) => [path, self]))
        if (what === 'crash') {
          refs.get(target.path)?.tell('crash')
          target.begin()
        } else if (target !== model) {
          void refs.get(target.path)?.stop()
          model.remove(target.path)
        }
        // Longer than the period of any budget.
        await runtime.elapse(100_000)

        expect(breaches).toEqual([])
        expect(lines().toSorted()).toEqual(
          model
            .all()
            .map(({ line }) => line)
            .toSorted(),
        )
        for (const node of model.all()) {
          const isSame = lives.get(node.path)?.self === refs.get(node.path)
          expect(`${node.path} is the same: ${isSame}`).toBe(
            `${node.path} is the same: ${all.includes(node)}`,
          )
        }
      }
      await Promise.all([system.stop(), runtime.settle()])

      expect(breaches).toEqual([])
      expect(lines()).toEqual([])
    }),
    { numRuns: 200 },
  )
})
