import type { EvaluationContext } from '@millrace/expression'
import type { ExpressionScope } from '@millrace/sdk'
import type { Attempt } from './attempt.ts'
import { Condition } from './condition.ts'
import {
  type PatternParameters,
  type StepParameters,
  timesOf,
  withinMs,
} from './pattern-parameters.ts'

/** One step, with what must not come before the next. */
export interface Step {
  readonly name: string
  readonly least: number
  readonly most: number
  readonly isDirect: boolean
  readonly takes: Condition
  readonly nots: readonly Condition[]
}

/** A pattern, compiled. */
export interface Plan {
  readonly steps: readonly Step[]
  readonly withinMs: number
  /** Whether it ends with an absence, so that only time completes a match. */
  readonly endsInAbsence: boolean
  readonly skipsPastLast: boolean
  readonly most: number
  /** Bits of the conditions that may be true for a record. Throws EXP_*. */
  mask(record: unknown, context: EvaluationContext): number
  /** Whether no condition asks which records came before. */
  readonly isPlain: boolean
  /** The bit of what begins a match. */
  readonly beginning: number
  /** Whether a record for which no condition is true matters. */
  readonly seesAll: boolean
}

/** Names of the steps, in order. */
export function stepNames({ steps }: Pick<PatternParameters, 'steps'>): readonly string[] {
  return steps.flatMap(({ name }) => (name === undefined ? [] : [name]))
}

/** For each step whether its name stands for a list. */
export function repeatedOf({ steps }: Pick<PatternParameters, 'steps'>): readonly boolean[] {
  return steps.flatMap(({ name, times }) => (name === undefined ? [] : [times !== undefined]))
}

/** Compiles parameters that were checked before. Throws EXP_*. */
export function compilePlan(parameters: PatternParameters, expressions: ExpressionScope): Plan {
  const names = stepNames(parameters)
  const around = { names, isRepeated: repeatedOf(parameters), expressions }
  const conditions: Condition[] = []
  const compile = (text: string | undefined): Condition => {
    const condition = new Condition(text, 1 << conditions.length, around)
    conditions.push(condition)
    return condition
  }
  const steps: (Step & { readonly nots: Condition[] })[] = []
  for (const { follows, name, not, times, where } of parameters.steps) {
    if (name === undefined) {
      steps.at(-1)?.nots.push(compile(not))
      continue
    }
    const [least, most] = timesOf({ times }) ?? [1, 1]
    const isDirect = follows === 'directly'
    steps.push({ name, least, most, isDirect, takes: compile(where), nots: [] })
  }
  return {
    steps,
    withinMs: withinMs(parameters),
    endsInAbsence: endsInAbsence(parameters.steps),
    skipsPastLast: parameters.skip === 'pastLast',
    most: parameters.most,
    isPlain: conditions.every(({ isPlain }) => isPlain),
    beginning: steps[0]?.takes.bit ?? 0,
    seesAll: steps.some(({ isDirect }) => isDirect),
    mask(record, context) {
      let mask = 0
      for (const condition of conditions) mask |= condition.mask(record, context)
      return mask
    },
  }
}

/** Whether the last of the steps is an absence. */
export function endsInAbsence(steps: readonly StepParameters[]): boolean {
  return steps.at(-1)?.not !== undefined
}

/** Whether an attempt has all the records it needs. */
export function isFull({ steps }: Plan, { rows, step }: Pick<Attempt, 'rows' | 'step'>): boolean {
  const { length } = rows[step] ?? []
  return step === steps.length - 1 && length >= (steps[step] as Step).least
}

/** Whether its step may have one more record. */
export function canRepeat(
  { steps }: Plan,
  { isSkipping, rows, step }: Pick<Attempt, 'isSkipping' | 'rows' | 'step'>,
): boolean {
  const { isDirect, most } = steps[step] as Step
  return (rows[step] ?? []).length < most && !(isDirect && isSkipping)
}

/** Whether the next step may have its first record. */
export function canAdvance({ steps }: Plan, attempt: Omit<Attempt, 'start' | 'number'>): boolean {
  const { isBlocked, isSkipping, rows, step } = attempt
  const next = steps[step + 1]
  if (next === undefined || isBlocked || (next.isDirect && isSkipping)) return false
  return (rows[step] ?? []).length >= (steps[step] as Step).least
}

/** Whether it may still become a match. */
export function canGoOn(plan: Plan, attempt: Attempt): boolean {
  if (canRepeat(plan, attempt) || canAdvance(plan, attempt)) return true
  return plan.endsInAbsence && !attempt.isBlocked && isFull(plan, attempt)
}

/** Whether two attempts of one beginning will take the same records in the same steps from now on, where conditions are plain. */
export function endAlike({ steps }: Plan, a: Attempt, b: Attempt): boolean {
  if (a.step !== b.step || a.isSkipping !== b.isSkipping || a.isBlocked !== b.isBlocked)
    return false
  const { least, most } = steps[a.step] as Step
  const [first = 0, second = 0] = [a.rows[a.step]?.length, b.rows[b.step]?.length]
  return first === second || (most === Number.POSITIVE_INFINITY && Math.min(first, second) >= least)
}
