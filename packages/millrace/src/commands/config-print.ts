import { loadSpec, type ConfigValue } from '@millrace/loader'
import { exitCodes } from '../exit-codes.ts'
import { loadOptions, type JobFileOptions } from '../job-file.ts'
import { plain, type Paint } from '../paint.ts'
import { printFaults, reportFaults } from '../report/fault-report.ts'
import { displayPath } from '../report/fault-text.ts'
import { renderSetting } from '../report/setting.ts'
import { alignRows } from '../report/table.ts'
import type { Shell } from '../shell.ts'

/** Prints each value of a job file with its origin. Secrets are hidden. */
export async function configPrintCommand(
  argument: string | undefined,
  options: JobFileOptions & { readonly json?: boolean },
  shell: Shell,
): Promise<number> {
  const load = loadOptions(argument, options, shell)
  const loaded = await loadSpec({ ...load, endpoints: 'optional' })
  await loaded.dispose()
  if (loaded.faults.length > 0) {
    if (options.json === true) printFaults(load.file, loaded.faults, loaded.warnings, shell)
    else reportFaults(load.file, loaded.faults, shell)
    return exitCodes.badUsage
  }
  const { terminal, cwd } = shell
  if (options.json === true) {
    const values = loaded.values.map((value) => ({ ...value, value: shown(value) }))
    terminal.out(`${JSON.stringify(values, undefined, 2)}\n`)
  } else {
    terminal.out(renderValues(loaded.values, cwd, terminal.outPaint))
  }
  return exitCodes.done
}

const hidden = '(hidden)'

function shown(value: ConfigValue): unknown {
  return value.secret ? hidden : value.value
}

/** One line per value: path, value, origin with its place. */
export function renderValues(
  values: readonly ConfigValue[],
  cwd: string,
  paint: Paint = plain,
): string {
  const rows = values.map((value) => [
    value.path,
    value.secret ? paint('yellow', hidden) : renderSetting(value.value, cwd),
    paint('dim', origin(value, cwd)),
  ])
  return `${alignRows(rows).join('\n')}\n`
}

function origin(value: ConfigValue, cwd: string): string {
  const { file, line, column, path } = value.where ?? {}
  // A variable is its own place.
  if (value.origin === 'environment') return `${value.origin} ${path ?? ''}`.trim()
  if (file === undefined) return value.origin
  const place = [displayPath(file, cwd), line, column].filter((part) => part !== undefined)
  return `${value.origin} ${place.join(':')}`
}
