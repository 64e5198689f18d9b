import type { Logger } from '@millrace/sdk'

/** The job's logger in the hands of one part: `stage` among the fields of each line says whose it is. */
export function partLogger(logger: Logger, stage: string): Logger {
  return {
    debug: (message, fields) => logger.debug(message, { ...fields, stage }),
    info: (message, fields) => logger.info(message, { ...fields, stage }),
    warn: (message, fields) => logger.warn(message, { ...fields, stage }),
    error: (message, fields) => logger.error(message, { ...fields, stage }),
  }
}
