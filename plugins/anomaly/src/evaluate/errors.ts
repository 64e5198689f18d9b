import { defineError } from '@millrace/base'

/** The arguments make no sense. */
export const ANOMALY_USAGE = defineError<{ problem: string; near?: string | undefined }>({
  code: 'ANOMALY_USAGE',
  message: (d) => `${d.problem}.`,
  hint: (d) =>
    `${d.near === undefined ? '' : `Did you mean ${d.near}? `}Run "millrace anomaly --help" to see what there is.`,
})

/** There is nothing to evaluate on. */
export const ANOMALY_NO_DATA = defineError<{ path: string; reason: string }>({
  code: 'ANOMALY_NO_DATA',
  message: (d) => `No data in "${d.path}": ${d.reason}.`,
  hint: () =>
    'Name a .csv or .jsonl file with --data, or a folder of them. The Numenta Anomaly Benchmark publishes its data in the GitHub repository numenta/NAB: the folders data and labels.',
})

/** A row of the data cannot be read. */
export const ANOMALY_ROW = defineError<{ expected: string; got: string }>({
  code: 'ANOMALY_ROW',
  message: (d) => `A row must have ${d.expected}; got ${d.got}.`,
  hint: () => 'Mend the row. A value that is missing is an empty cell, or null.',
})

/** A column that is asked for is not there. */
export const ANOMALY_NO_COLUMN = defineError<{
  name: string
  option: string
  near: string | undefined
  columns: readonly string[]
}>({
  code: 'ANOMALY_NO_COLUMN',
  message: (d) =>
    `There is no column "${d.name}" for ${d.option}; there are ${d.columns.join(', ')}.`,
  hint: (d) =>
    d.near === undefined ? `Name one of them: ${d.option} NAME` : `Did you mean "${d.near}"?`,
})

/** The labels cannot be read, or are of other data. */
export const ANOMALY_LABELS = defineError<{ path: string; problem: string }>({
  code: 'ANOMALY_LABELS',
  message: (d) => `The labels in "${d.path}" cannot be used: ${d.problem}.`,
  hint: () =>
    'Name a JSON file of windows with --labels, {"group/file.csv": [["first time", "last time"]]}, or a column of 0 and 1 with --label. NAB\'s own are labels/combined_windows.json of the GitHub repository numenta/NAB.',
})

/** No such detector. */
export const ANOMALY_NO_DETECTOR = defineError<{
  name: string
  near: string | undefined
  known: readonly string[]
  reason?: string | undefined
}>({
  code: 'ANOMALY_NO_DETECTOR',
  message: (d) =>
    `There is no detector "${d.name}"${d.reason === undefined ? '' : `: ${d.reason}`}.`,
  hint: (d) =>
    `${d.near === undefined ? '' : `Did you mean "${d.near}"? `}There are ${d.known.join(', ')}; one of your own is named by its file, such as ./my-detector.ts.`,
})

/** The detector does not take these parameters. */
export const ANOMALY_PARAMETERS = defineError<{
  detector: string
  problem: string
  hint?: string | undefined
}>({
  code: 'ANOMALY_PARAMETERS',
  message: (d) => `Detector "${d.detector}" refuses its parameters: ${d.problem}.`,
  hint: (d) =>
    d.hint ?? 'Mend what stands behind --parameters or --grid: JSON with the names of parameters.',
})
