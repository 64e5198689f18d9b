import { nearestName } from '@millrace/base'
import { TST_OPTION } from './errors.ts'

/** Throws TST_OPTION unless `value` is one of the names. */
export function knownName(option: string, value: string, known: readonly string[]): void {
  if (known.includes(value)) return
  const near = nearestName(value, known)
  throw TST_OPTION({
    option,
    value: JSON.stringify(value),
    expected: 'a known name',
    hint: `${near === undefined ? '' : `Did you mean "${near}"? `}Known: ${known.join(', ')}.`,
  })
}

/** Throws TST_OPTION for options that are none of `known`: an option that is not read changes nothing, and nobody sees it. */
export function knownOptions(
  call: string,
  options: object,
  known: Readonly<Record<string, true>>,
): void {
  for (const name in options) {
    if (!Object.hasOwn(known, name)) knownName(`An option of ${call}`, name, Object.keys(known))
  }
}
