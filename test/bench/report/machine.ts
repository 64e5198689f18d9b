import { availableParallelism, cpus, release, totalmem, type } from 'node:os'

/** What the figures were measured on, in a line. */
export function machineLine(): string {
  const model = cpus()[0]?.model.trim() ?? 'cpu'
  const gigabytes = Math.round(totalmem() / 2 ** 30)
  return `Node ${process.version}, ${availableParallelism()} cores of ${model}, ${gigabytes} GB, ${type()} ${release()}`
}
