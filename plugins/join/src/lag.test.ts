import type {
  Process,
  RecordContext,
  StageContext,
  StageDefinition,
  StageInstance,
} from '@millrace/sdk'
import { runStage } from '@millrace/testkit'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { JoinParameters } from './join-parameters.ts'
import { join } from './join.ts'
import { type Row, rows } from './oracle.test-support.ts'

/** A join that tells of each result how far it lies behind what readers are told of event time; 0 or less: it does not. */
function watched(behind: number[]): StageDefinition<JoinParameters> {
  return {
    ...join,
    create(scope) {
      const made = join.create(scope) as StageInstance
      const emitting = <C extends RecordContext | StageContext>(context: C): C => {
        const around = Object.create(context) as C
        const emit: StageContext['emit'] = (value, options) => {
          const time = options?.timestamp ?? (context as RecordContext).timestamp
          behind.push(context.watermark - (made.lagMs ?? 0) - time)
          context.emit(value, options)
        }
        return new Proxy(around, {
          get: (_around, name) => {
            if (name === 'emit') return emit
            const value: unknown = Reflect.get(context, name)
            return typeof value === 'function' ? (value.bind(context) as unknown) : value
          },
        })
      }
      const handlers = Object.entries(made.on ?? {}).map(([input, handle]): [string, Process] => [
        input,
        (record, context) => (handle as Process)(record, emitting(context)),
      ])
      return {
        ...made,
        on: Object.fromEntries(handlers),
        onWatermark: (mark, context) => made.onWatermark?.(mark, emitting(context)),
      }
    },
  }
}

const pairKinds = ['inner', 'left', 'right', 'full', 'semi', 'anti']
const parameters = fc.oneof(
  fc.record({
    kind: fc.constantFrom(...pairKinds),
    within: fc
      .tuple(fc.nat(9), fc.nat(9))
      .map(([before, after]) => ({ before: `${before}ms`, after: `${after}ms` })),
  }),
  fc.record({
    kind: fc.constantFrom(...pairKinds),
    window: fc.integer({ min: 1, max: 20 }).map((size) => ({ tumbling: `${size}ms` })),
  }),
  fc.record({ kind: fc.constantFrom('inner', 'left', 'semi', 'anti'), asOf: fc.constant('right') }),
)

it('no result is late for who reads it', { timeout: 60_000 }, () =>
  fc.assert(
    fc.asyncProperty(
      rows,
      parameters,
      fc.nat(6),
      fc.nat(6),
      async (input, one, lateness, disorderMs) => {
        const behind: number[] = []
        await runStage(watched(behind), {
          parameters: { ...one, lateness: `${lateness}ms` },
          input,
          by: ['k'],
          to: (record) => (record as Row).side,
          timestamp: (record) => (record as Row).t,
          disorderMs,
        })

        expect(Math.max(0, ...behind)).toBe(0)
      },
    ),
    { numRuns: 120 },
  ),
)
