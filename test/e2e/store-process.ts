// A process that holds a store: node store-process.ts hold|commit <directory>. It tells what it did, a line each.
import { isMillraceError } from '@millrace/base'
import { openStore } from '@millrace/store'

const [task, directory = ''] = process.argv.slice(2)
const tell = (line: string): void => void process.stdout.write(`${line}\n`)
const encode = (value: string): Uint8Array => new TextEncoder().encode(value)

try {
  const store = await openStore({
    directory,
    job: 'test',
    clock: Date,
    // A little is much here, so that it is killed while it moves blocks, too.
    worthBytes: 64,
  })
  tell(`open ${store.latest()?.id ?? 0}`)
  let id = store.lastId
  const isWriter = (): boolean => task === 'commit'
  while (isWriter()) {
    id++
    const sections = new Map([
      ['all', { blocks: [encode(`${id}\n`)] }],
      ['last', { blocks: [encode(`${id}`.repeat(1000)), encode('.')], replace: true }],
    ])
    await store.commit({ id, sections, meta: { id } })
    tell(`committed ${id}`)
  }
  // Whoever started this kills it.
  setInterval(() => undefined, 1000)
} catch (error) {
  if (!isMillraceError(error)) throw error
  tell(`${error.code} ${error.message}`)
}
