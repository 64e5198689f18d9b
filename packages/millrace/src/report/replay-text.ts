import type { Summary } from '@millrace/engine'
import type { Letter } from '@millrace/job'
import type { SinkFile } from '../letters/replay-files.ts'
import type { Paint } from '../paint.ts'
import { displayPath } from './fault-text.ts'
import { formatCount, plural } from './quantity.ts'
import { alignRows, type Align } from './table.ts'

/** Letters of one place of a job. */
export interface PlaceCount {
  readonly stage: string
  readonly input: string | null
  /** Chosen of the file. */
  letters: number
  /** Of these, done by an earlier run. */
  before: number
  /** Of these, to be done now. */
  due: number
  /** Of these, late for a stage that looks at event time. */
  readonly late: 0
}

/** What is about to happen to letters. */
export interface Outlook {
  readonly verb: 'replayed' | 'released' | 'skipped'
  readonly file: string
  readonly job: string
  readonly places: readonly PlaceCount[]
  readonly due: number
  readonly before: number
  /** Done before, and given up again since, by a later run of the job. */
  readonly failedSince: number
  /** Stages that begin anew. */
  readonly remembering: readonly string[]
  /** Where results go. */
  readonly files: readonly SinkFile[]
  /** Sinks that may get results twice. */
  readonly lasting: readonly string[]
  /** In the names of the files. */
  readonly replay: number
}

/** What is known before letters are fed. */
export interface OutlookParts {
  readonly verb: Outlook['verb']
  readonly path: string
  readonly job: string
  readonly chosen: readonly { readonly letter: Letter; readonly replayedAt: number | undefined }[]
  readonly remembering: readonly string[]
  readonly files: readonly SinkFile[]
  readonly lasting: readonly string[]
  readonly number: number
}

/** Counts letters per place. */
export function outlookOf(parts: OutlookParts): Outlook {
  const places = new Map<string, PlaceCount>()
  let failedSince = 0
  for (const { letter, replayedAt } of parts.chosen) {
    const { input, stage } = letter
    const key = JSON.stringify([stage, input])
    const place = places.get(key) ?? { stage, input, letters: 0, before: 0, due: 0, late: 0 }
    places.set(key, place)
    place.letters++
    if (replayedAt === undefined) place.due++
    else place.before++
    if (replayedAt !== undefined && letter.time > replayedAt) failedSince++
  }
  const all = [...places.values()]
  const { files, job, lasting, number, path, remembering, verb } = parts
  const due = all.reduce((sum, place) => sum + place.due, 0)
  const before = parts.chosen.length - due
  return {
    verb,
    file: path,
    job,
    places: all,
    due,
    before,
    failedSince,
    remembering,
    files,
    lasting,
    replay: number,
  }
}

/** What will happen, for people. */
export function renderOutlook(
  outlook: Outlook,
  { cwd, paint }: { readonly cwd: string; readonly paint: Paint },
): string {
  const { before, due, failedSince, file, job, places, verb } = outlook
  const name = displayPath(file, cwd)
  const lines = [
    due === 0
      ? `Nothing in ${name} is left to be ${verb}.`
      : `${plural(due, 'record')} of ${name} to be ${verb} in ${job}, ${formatCount(before)} ${verb} before.`,
  ]
  if (failedSince > 0) {
    lines.push(
      `${paint('yellow', 'warning')}: ${formatCount(failedSince)} of those failed again in a later run; delete ${name}.replayed to have them ${verb} too.`,
    )
  }
  if (due === 0) return `${lines.join('\n')}\n`
  if (places.length > 0) lines.push('', ...placeTable(places, verb, paint), '')
  if (verb !== 'skipped') {
    lines.push('None will be late: event time stands still until the last of them is through.')
  }
  for (const id of outlook.remembering) {
    lines.push(
      `${paint('yellow', 'warning')}: "${id}" begins anew: its results are those of these records alone.`,
    )
  }
  for (const { id, path } of outlook.files) lines.push(`"${id}" writes ${displayPath(path, cwd)}`)
  for (const id of outlook.lasting) {
    lines.push(
      `${paint('yellow', 'warning')}: "${id}" may get results twice if this is killed and done again.`,
    )
  }
  return `${lines.join('\n')}\n`
}

function placeTable(places: readonly PlaceCount[], verb: string, paint: Paint): string[] {
  const head = ['stage', 'input', 'records', `${verb} before`, 'now', 'late']
  const align: Align[] = ['left', 'left', 'right', 'right', 'right', 'right']
  const rows = places.map((place) => [
    place.stage,
    place.input ?? '',
    formatCount(place.letters),
    formatCount(place.before),
    formatCount(place.due),
    String(place.late),
  ])
  return alignRows([head.map((cell) => paint('dim', cell)), ...rows], align)
}

/** What happened, for people. */
export function renderOutcome(
  { due, fed, verb }: Outlook & { readonly fed: number },
  summary: Summary,
  paint: Paint,
): string {
  if (summary.state === 'failed') {
    return `${paint('red', `Nothing counts as ${verb}`)}: the job failed, so all can be ${verb} again.\n`
  }
  const again =
    summary.deadLetters === 0 ? '' : `; ${formatCount(summary.deadLetters)} failed again`
  const rest = due - fed
  const left = rest === 0 ? '' : `; ${formatCount(rest)} are left: run it once more`
  return `${paint('green', `${plural(fed, 'record')} ${verb}`)}${verb === 'skipped' ? '' : again}${left}.\n`
}
