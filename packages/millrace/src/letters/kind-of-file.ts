import type { Letter } from '@millrace/job'
import { CLI_DEAD_LETTER_FILE, CLI_PARKED_FILE } from '../errors.ts'

/** Throws CLI_PARKED_FILE for the parked file of a job: `millrace parked` keeps what it lets go in order, and takes it out. */
export function demandDeadLetters(name: string, letters: readonly Letter[]): void {
  if (letters.length > 0 && areParked(name, letters)) throw CLI_PARKED_FILE({ path: name })
}

/** Throws CLI_DEAD_LETTER_FILE for any other: dead letters stay in their file, so that nothing is taken out of it. */
export function demandParked(name: string, letters: readonly Letter[]): void {
  if (letters.length > 0 && !areParked(name, letters)) throw CLI_DEAD_LETTER_FILE({ path: name })
}

/** A record that was never tried is parked for certain; one that failed looks the same in both files. */
function areParked(name: string, letters: readonly Letter[]): boolean {
  return name.endsWith('.parked.jsonl') || letters.some(({ error }) => error === null)
}
