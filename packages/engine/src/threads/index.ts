// Stages in worker threads: a job that has none loads nothing of this.
// The job's thread makes a pool of them for each life of its pipeline; each of them builds its own part of the job.
// Start with thread-pool.ts, then serve-thread.ts; what crosses is in link-message.ts and thread-message.ts.
// How threads are started is the business of ThreadHost; that of Node is in ../host.
// It is an entry of its own, not part of the main one.
export { serveThread } from './serve-thread.ts'
export { threadPool } from './thread-pool.ts'
