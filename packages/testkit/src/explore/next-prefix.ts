/** A run that was made: what was chosen, of how many. */
export interface MadeChoices {
  readonly choices: readonly number[]
  readonly choiceCounts: readonly number[]
}

/** The choices to begin the next run with, so that in the end all answers to the first `choicesMax` choices were given; undefined when they were. */
export function nextPrefix(made: MadeChoices, choicesMax: number): readonly number[] | undefined {
  const { choices, choiceCounts } = made
  for (let at = Math.min(choices.length, choicesMax) - 1; at >= 0; at--) {
    const next = (choices[at] ?? 0) + 1
    if (next < (choiceCounts[at] ?? 0)) return [...choices.slice(0, at), next]
  }
  return undefined
}
