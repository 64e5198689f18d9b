import { globSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { JobPlan } from '@millrace/loader'
import { nodePath } from '../report/plan-files.ts'

/** A file that a sink of a job writes. */
export interface SinkFile {
  readonly id: string
  readonly path: string
}

/** The files that the sinks of a job write, the dead letter sink's too. */
export function sinkFiles(plan: JobPlan): readonly SinkFile[] {
  return plan.nodes.flatMap((node) => {
    const isSink = node.kind === 'sink' || node.kind === 'deadLetter'
    const path =
      isSink && node.package?.startsWith('@millrace/file ') === true ? nodePath(node) : undefined
    return path === undefined || path === '-' ? [] : [{ id: node.id, path }]
  })
}

/** Where a replay writes instead: `out.jsonl.gz` becomes `out.replay-2.jsonl.gz`. */
export function replayPath(path: string, number: number): string {
  const name = basename(path)
  const [ending = ''] = /(?:\.\w+)?(?:\.gz)?$/.exec(name) ?? []
  const stem = name.slice(0, name.length - ending.length)
  return join(dirname(path), `${stem}.replay-${number}${ending}`)
}

/** The files that have a sink's name by now; expressions in braces stand for anything. */
export function filesAt(path: string): readonly string[] {
  const pattern = path.replaceAll(/[*?[\]!()\\]/g, '\\$&').replaceAll(/\{\{|\{[^}]*\}/g, '*')
  return globSync(pattern)
}

/** The smallest number behind `last` under which no file stands yet. */
export function freeNumber(files: readonly SinkFile[], last: number): number {
  for (let number = last + 1; ; number++) {
    if (files.every(({ path }) => filesAt(replayPath(path, number)).length === 0)) return number
  }
}
