// What a running job tells its surroundings over HTTP: whether it is well, whether it is at work, and its figures.
// It reads only: nothing here can change a job, and there is no password, so it belongs on a loopback address.
// The figures are those of the job's own progress and gauges; nothing is counted twice.
// It knows neither job files nor plugins. Its server neither keeps a process alive nor holds up its end.
// Start with admin-server.ts; answer.ts says what each path gives, job-metrics.ts what is measured.
export { startAdminServer, type AdminServer, type AdminServerOptions } from './admin-server.ts'
export type { ServedJob } from './served-job.ts'
