import { messageOf } from '@millrace/base'
import { readFileSync } from 'node:fs'
import { ANOMALY_LABELS } from '../errors.ts'
import { toTime } from './read-series.ts'
import type { Rows, Series } from './series.ts'

/** First and last time of each window of each file, as NAB writes them. */
export type WindowLabels = Readonly<Record<string, readonly (readonly [string, string])[]>>

/** Reads NAB's file of windows. Throws ANOMALY_LABELS. */
export function readWindowLabels(path: string): WindowLabels {
  let json: unknown
  try {
    json = JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    const isGone = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    const problem = isGone ? 'there is no such file' : messageOf(error)
    throw ANOMALY_LABELS({ path, problem }, undefined, error)
  }
  const isObject = typeof json === 'object' && json !== null && !Array.isArray(json)
  const entries: readonly (readonly [string, unknown])[] = isObject
    ? Object.entries(Object(json))
    : [['', json]]
  const wrong = entries.find(([, list]) => !isWindows(list))?.[0]
  if (wrong !== undefined) {
    const of = wrong === '' ? 'it' : `"${wrong}"`
    throw ANOMALY_LABELS({ path, problem: `${of} holds no list of windows, each with two times` })
  }
  return json as WindowLabels
}

const isWindows = (value: unknown): boolean =>
  Array.isArray(value) &&
  value.every(
    (window: unknown) =>
      Array.isArray(window) &&
      window.length === 2 &&
      window.every((time) => typeof time === 'string'),
  )

/**
 * The rows that lie within the windows of a series; undefined where the labels do not know it. A file is known by its whole name, or
 * by the end of it. Throws ANOMALY_LABELS where a window holds no row.
 */
export function windowRows(
  series: Series,
  labels: WindowLabels,
  path: string,
): readonly Rows[] | undefined {
  const { name } = series
  const key = Object.hasOwn(labels, name)
    ? name
    : Object.keys(labels).find((known) => name.endsWith(`/${known}`) || known.endsWith(`/${name}`))
  if (key === undefined) return undefined
  const windows = (labels[key] ?? []).map(([begin, end]): Rows => {
    const [from, to] = [toTime(begin, -1), toTime(end, -1)]
    const isWithin = (time: number): boolean => time >= from && time <= to
    const first = series.times.findIndex(isWithin)
    if (first < 0) {
      throw ANOMALY_LABELS({ path, problem: `no row of "${name}" lies within ${begin} to ${end}` })
    }
    return [first, series.times.findLastIndex(isWithin)]
  })
  return joined(windows)
}

/** In their order, and those that touch as one. */
function joined(windows: readonly Rows[]): readonly Rows[] {
  const apart: Rows[] = []
  for (const [first, last] of windows.toSorted((a, b) => a[0] - b[0])) {
    const before = apart.at(-1)
    if (before === undefined || before[1] < first) apart.push([first, last])
    else apart[apart.length - 1] = [before[0], Math.max(before[1], last)]
  }
  return apart
}
