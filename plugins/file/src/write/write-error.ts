import { dirname } from 'node:path'
import { isMillraceError } from '@millrace/base'
import { FILE_NOT_FOLDER, fileError } from '../errors.ts'

/** Puts what failed while a file was written into our words. */
export function writeError(error: unknown, path: string): Error {
  if (isMillraceError(error)) return error
  const code = (error as { readonly code?: unknown }).code
  if (code !== 'EEXIST' && code !== 'ENOTDIR') return fileError(error, path, false)
  return FILE_NOT_FOLDER({ path: dirname(path) }, {}, error)
}
