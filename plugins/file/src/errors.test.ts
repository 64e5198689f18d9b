import { describe, expect, it } from 'vitest'
import { fileError } from './errors.ts'

describe('fileError', () => {
  it.each([
    ['ENOENT', 'FILE_NO_FOLDER', 'The folder "." takes no new file.'],
    ['EISDIR', 'FILE_IS_FOLDER', '"a.csv" is a folder, not a file.'],
    ['EACCES', 'FILE_NO_ACCESS', 'No permission to write "a.csv".'],
    ['EROFS', 'FILE_NO_ACCESS', 'No permission to write "a.csv".'],
    ['EDQUOT', 'FILE_DISK_FULL', 'No space left for "a.csv".'],
    ['EPIPE', 'FILE_BROKEN_PIPE', 'The reader of "a.csv" closed it before the job was done.'],
    ['Z_BUF_ERROR', 'FILE_GZIP', '"a.csv" is not whole gzip data.'],
    ['EIO', 'FILE_IO', 'Could not write "a.csv": it broke.'],
  ])('puts %s into our words', (code, ours, message) => {
    const cause = Object.assign(new Error('it broke'), { code })

    const error = fileError(cause, 'a.csv', false)

    expect(error).toMatchObject({ code: ours, message, cause })
    expect(error.hint).not.toBe('')
  })

  it('speaks of reading where a file is read', () => {
    const cause = Object.assign(new Error('no'), { code: 'EPERM' })
    const none = Object.assign(new Error('no'), { code: 'ENOENT' })

    expect(fileError(none, 'a.csv', true).message).toBe('There is no file "a.csv".')
    expect(fileError(cause, 'a.csv', true).message).toBe('No permission to read "a.csv".')
    expect(fileError('odd', 'a.csv', true).message).toBe('Could not read "a.csv": odd.')
  })
})
