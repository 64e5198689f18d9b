import type { Logger } from '@millrace/sdk'
import type { Paint, Style } from '../paint.ts'

/** From the most talkative to the quietest. */
export const logLevels = ['debug', 'info', 'warn', 'error'] as const

/** A level of `--log-level`. */
export type LogLevel = (typeof logLevels)[number]

/** Forms of `--log-format`: for people, or an object of JSON on each line. */
export const logFormats = ['text', 'json'] as const

/** A form of `--log-format`. */
export type LogFormat = (typeof logFormats)[number]

const styles: Record<LogLevel, Style> = { debug: 'dim', info: 'cyan', warn: 'yellow', error: 'red' }

/** A logger that hands whole lines to `write`; levels below `level` are dropped. */
export function lineLogger(level: LogLevel, write: (line: string) => void, paint: Paint): Logger {
  const lowest = logLevels.indexOf(level)
  const at =
    (own: LogLevel) =>
    (message: string, fields?: Readonly<Record<string, unknown>>): void => {
      if (logLevels.indexOf(own) < lowest) return
      const rest = fields === undefined ? '' : renderFields(fields)
      write(`${paint(styles[own], own.padEnd(5))} ${message}${rest}`)
    }
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}

function renderFields(fields: Readonly<Record<string, unknown>>): string {
  return Object.entries(fields)
    .filter(([name]) => name !== 'stage')
    .map(([name, value]) => ` ${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join('')
}
