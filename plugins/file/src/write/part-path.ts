import { basename, dirname, extname, join } from 'node:path'

/** The file of one checkpoint: `out.jsonl.gz` and 17 give `out-000017.jsonl.gz`. */
export function partPath(path: string, number: number): string {
  const name = basename(path)
  const packed = name.toLowerCase().endsWith('.gz') ? name.slice(-3) : ''
  const plain = name.slice(0, name.length - packed.length)
  const extension = extname(plain)
  const stem = plain.slice(0, plain.length - extension.length)
  return join(dirname(path), `${stem}-${String(number).padStart(6, '0')}${extension}${packed}`)
}
