// What editors and the commands around a job file need and a run does not: its schema, the installed plugins, its tests.
// An entry of its own, so that a run starts without it.
export { jobSchema } from './job-schema.ts'
export { importPlugin } from './modules/import-plugin.ts'
export { type FoundCommand, loadCommand } from './modules/load-command.ts'
export { listPlugins } from './modules/list-plugins.ts'
export { listTests } from './tests/list-tests.ts'
export { updateExpectations } from './tests/update-expectations.ts'
