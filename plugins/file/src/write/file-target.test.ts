import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { changedFolders, type Disk, realDisk } from './durable.ts'
import { openFile, type WriteMode } from './file-target.ts'
import type { Target } from './output.ts'
import { RunMarks } from './run-marks.ts'

let folder = ''
let marks: RunMarks
let path = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-'))
  path = join(folder, 'out.jsonl')
})
afterEach(() => rm(folder, { recursive: true }))

async function opened(
  mode: WriteMode,
  syncFile: Disk['syncFile'] = realDisk.syncFile,
  name = path,
): Promise<Target> {
  marks = new RunMarks('mark', { ...realDisk, syncFile })
  return (await openFile(name, { mode, gzip: false, marks })).target
}

/** The folders whose names are not yet on the disk. */
async function changed(): Promise<readonly string[]> {
  const folders: string[] = []
  Object.assign(marks.disk, { syncFolder: (folder: string) => void folders.push(folder) })
  await marks.settle()
  return folders
}

const refuse = (): Promise<never> =>
  Promise.reject(Object.assign(new Error('EIO: i/o error, fsync'), { code: 'EIO' }))

describe('a file that is replaced', () => {
  it('is on the disk as a whole before it has its name', async () => {
    await writeFile(path, 'old')
    const seen: unknown[] = []
    const target = await opened('replace', async (handle) => {
      seen.push(await readFile(path, 'utf8'), (await handle.stat()).size)
    })

    await target.write(Buffer.from('all of it'))
    await target.commit()

    expect(seen).toEqual(['old', 9])
    expect(await readFile(path, 'utf8')).toBe('all of it')
    expect(await changed()).toEqual([folder])
  })

  it('begins to go to the disk while it is written', async () => {
    const sizes: number[] = []
    const target = await opened('replace', async (handle) => {
      sizes.push((await handle.stat()).size)
    })
    const piece = Buffer.alloc(20 * 1024 * 1024)

    await target.write(piece)
    await target.write(piece)
    await target.commit()

    expect(sizes).toEqual([2 * piece.length, 2 * piece.length])
  })

  it('does not get its name where the disk refused what it was told of early', async () => {
    let syncs = 0
    const target = await opened('replace', () => (++syncs === 1 ? refuse() : Promise.resolve()))

    await target.write(Buffer.alloc(40 * 1024 * 1024))

    await expect(target.commit()).rejects.toMatchObject({ code: 'FILE_IO' })
    expect(syncs).toBe(1)
    expect(await readdir(folder)).toEqual([])
  })

  it('has a checksum only where a checkpoint can name it', async () => {
    const named = await opened('replace')
    await named.write(Buffer.from('all of it'))
    marks = new RunMarks('other', realDisk, false)
    const { target } = await openFile(path, { mode: 'replace', gzip: false, marks })
    await target.write(Buffer.from('all of it'))

    expect([named.crc, target.crc]).toEqual([crc32('all of it'), undefined])
    await named.abort()
    await target.abort()
  })

  it('is synced too when it was closed meanwhile, with all that was written', async () => {
    const sizes: number[] = []
    const target = await opened('replace', async (handle) => {
      sizes.push((await handle.stat()).size)
    })

    await target.write(Buffer.from('one '))
    await target.suspend()
    await target.write(Buffer.from('two'))
    await target.suspend()
    await target.commit()

    expect(sizes).toEqual([7])
    expect(await readFile(path, 'utf8')).toBe('one two')
  })

  it.each(['replace', 'fail'] as const)(
    'with mode %s leaves what was there when the disk refuses it',
    async (mode) => {
      const target = await opened(mode, refuse)
      await target.write(Buffer.from('new'))

      await expect(target.commit()).rejects.toMatchObject({
        code: 'FILE_IO',
        message: `Could not write "${path}": EIO: i/o error, fsync.`,
      })

      expect(await readdir(folder)).toEqual([])
      expect(await changed()).toEqual([])
    },
  )

  it('keeps its old content when somebody takes the new one away before the end', async () => {
    await writeFile(path, 'old')
    const target = await opened('replace')
    await target.write(Buffer.from('new'))
    await target.suspend()
    const [partial = ''] = (await readdir(folder)).filter((name) => name.endsWith('.partial'))
    await rm(join(folder, partial))

    await expect(target.commit()).rejects.toMatchObject({ code: 'FILE_NO_FOLDER' })

    expect(await readFile(path, 'utf8')).toBe('old')
    expect(await readdir(folder)).toEqual(['out.jsonl'])
  })
})

describe('a file that is appended to', () => {
  it('is synced when the job is done, also when it was closed meanwhile', async () => {
    const sizes: number[] = []
    const target = await opened('append', async (handle) => {
      sizes.push((await handle.stat()).size)
    })

    await target.write(Buffer.from('1\n'))
    await target.suspend()
    await target.commit()

    expect(sizes).toEqual([2])
    expect(await changed()).toEqual([folder])
  })

  it('keeps its lines and says so when the disk refuses them', async () => {
    await writeFile(path, '0\n')
    const target = await opened('append', refuse)
    await target.write(Buffer.from('1\n'))

    await expect(target.commit()).rejects.toMatchObject({ code: 'FILE_IO' })

    expect(await readFile(path, 'utf8')).toBe('0\n1\n')
    expect(await changed()).toEqual([])
  })
})

it('syncs no pipe or device', async () => {
  const target = await opened('replace', refuse, '/dev/null')

  await target.write(Buffer.from('x'))
  await target.commit()

  expect(await changed()).toEqual([])
})

describe('folders', () => {
  it('that came to be with a file are named with the one above them', async () => {
    const target = await opened('replace', undefined, join(folder, 'a/b/c.jsonl'))

    await target.commit()

    expect(await changed()).toEqual([join(folder, 'a/b'), join(folder, 'a'), folder])
    expect(changedFolders('/x/c.jsonl', undefined)).toEqual(['/x'])
  })

  it('are synced, and one that is gone is an error', async () => {
    await realDisk.syncFolder(folder)

    await expect(realDisk.syncFolder(join(folder, 'gone'))).rejects.toMatchObject({
      code: 'FILE_NO_FOLDER',
    })
  })
})
