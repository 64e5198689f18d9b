import { expect, it } from 'vitest'
import { plain } from '../paint.ts'
import { lineLogger } from './log.ts'

it('writes a line with fields for each message of the level and above', () => {
  const lines: string[] = []
  const logger = lineLogger('info', (line) => void lines.push(line), plain)

  logger.debug('dropped')
  // Whose line it is stands in logs for machines only.
  logger.info('opened', { file: 'in.jsonl', bytes: 12, stage: 'read' })
  logger.warn('slow')
  logger.error('gone', { code: null })

  expect(lines).toEqual([
    'info  opened file=in.jsonl bytes=12',
    'warn  slow',
    'error gone code=null',
  ])
})
