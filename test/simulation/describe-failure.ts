import { messageOf } from '@millrace/base'
import { type ExploreFailure, renderChoices, renderTrace } from '@millrace/testkit'

/** A failure as text: what broke, the shortest trace, and the commands that repeat it. */
export function describeFailure(name: string, failure: ExploreFailure): string {
  const { seed, check, error, choices, choicesBefore, isRepeatable, trace } = failure
  const word = `${name}:${seed}:${renderChoices(choices)}`
  return [
    `${check} broke: ${messageOf(error)}`,
    `seed ${seed}, ${choices.length} of ${choicesBefore} choices left, ${isRepeatable ? 'repeatable' : 'NOT repeatable'}`,
    renderTrace(trace.slice(-60)),
    `The seed again: pnpm simulate --scenario ${name} --seed ${seed}`,
    `The short run: MILLRACE_REPLAY='${word}' pnpm simulate --scenario ${name} --seed ${seed}`,
  ].join('\n')
}
