/** What the command's exit code says. Stable; documented in the help text. */
export const exitCodes = {
  /** The job is done, or was stopped in good order. */
  done: 0,
  /** The job failed, or left dead letters under `--fail-on-dead-letter`. */
  jobFailed: 1,
  /** Bad configuration or usage; nothing has started. */
  badUsage: 2,
  /** A second signal ended the job at once. */
  secondSignal: 130,
} as const
