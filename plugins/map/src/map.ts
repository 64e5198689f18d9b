import { isMillraceError } from '@millrace/base'
import { defineStage, type Key, type StageDefinition } from '@millrace/sdk'
import { compileMap, mapExpects, mapReads, mapShape } from './compile-map.ts'
import { checkMap, mapSchema, type MapParameters } from './map-parameters.ts'

/**
 * Makes a new record from each one, in this order whatever the order in the file: `select`, `rename`, `set`, `drop`.
 * Every expression sees the incoming record, never a half-made one. The incoming record is left alone.
 */
export const map: StageDefinition<MapParameters> = defineStage({
  name: 'map',
  summary: 'Sets, selects, drops and renames fields.',
  parameters: mapSchema,
  main: 'set',
  outputs: { out: 'The new records, one for each.' },
  keeps: 'nothing',
  reads: mapReads,
  expects: mapExpects,
  shape: (parameters, { fields }) => ({ out: mapShape(parameters, fields) }),
  check: checkMap,
  create({ parameters, expressions }) {
    const mapping = compileMap(parameters, expressions)
    const at = { timestamp: 0, key: undefined as Key | undefined }
    return {
      process: (record: unknown, context) => mapping(record, context),
      processBatch(batch, output) {
        for (let index = 0; index < batch.length; index++) {
          try {
            at.timestamp = batch.timestamp(index)
            at.key = batch.key(index)
            output.emit(index, mapping(batch.value(index), at))
          } catch (error) {
            if (!isMillraceError(error)) throw error
            output.reject(index, error.code, error.message)
          }
        }
      },
    }
  },
})
