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

/** The other way: the number in the name of a part; undefined for other files. Of a template only the end of its names is known. */
export function partNumber(
  path: string,
  isTemplate: boolean,
): (name: string) => number | undefined {
  const [stem = '', end = ''] = basename(partPath(path, 0)).split(/-0{6}(?!.*-0{6})/)
  return (name) => {
    const digits = /-(\d{6,})(?:\.[^-]*)?$/.exec(name)?.[1]
    if (digits === undefined || name.startsWith('.')) return undefined
    const isOurs = isTemplate
      ? end.includes('}') || name.endsWith(`-${digits}${end}`)
      : name === `${stem}-${digits}${end}`
    return isOurs ? Number(digits) : undefined
  }
}
