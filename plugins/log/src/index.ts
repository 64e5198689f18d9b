// A stage that writes passing records to the job's log and hands them on untouched.
// It is for looking into a job, not for output: that is a sink's work.
// What a line says is a template over the record, by default the record as JSON.
// The job's log level decides which lines are seen.
// Start with log.ts.
export { log, log as default, type LogParameters } from './log.ts'
