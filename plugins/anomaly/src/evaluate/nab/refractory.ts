/**
 * Silences rows after an alert: what they scored becomes 0, in place.
 *
 * Without `level` a row is heard only if it is stranger than all that was heard in the `span` rows before it. This needs no threshold
 * and looks only back, and whatever threshold is chosen later, a row that is silenced although it reaches it has one that reaches it
 * at most `span` rows before: each alert is the first of its stretch, or stranger than what was said of it so far.
 *
 * With `level` the first row that reaches it silences the `span` rows behind it.
 */
export function silence(scores: Float64Array, span: number, level?: number): void {
  if (level === undefined) keepRecords(scores, span)
  else keepFirst(scores, span, level)
}

function keepFirst(scores: Float64Array, span: number, level: number): void {
  let silentTo = -1
  for (let row = 0; row < scores.length; row++) {
    if (row <= silentTo) scores[row] = 0
    else if ((scores[row] as number) >= level) silentTo = row + span
  }
}

function keepRecords(scores: Float64Array, span: number): void {
  let last = -Infinity
  let strangest = 0
  for (let row = 0; row < scores.length; row++) {
    const score = scores[row] as number
    if (row - last <= span && score <= strangest) scores[row] = 0
    else [last, strangest] = [row, score]
  }
}
