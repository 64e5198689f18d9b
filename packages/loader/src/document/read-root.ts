import { readFile } from 'node:fs/promises'
import { messageOf } from '@millrace/base'
import { CFG_FILE } from '../errors.ts'
import type { LoadContext } from '../load-context.ts'
import type { MapNode } from './config-node.ts'
import { decodeText } from './decode-text.ts'
import { jsonFault } from './json-fault.ts'
import { readDocument } from './read-document.ts'

/** The map at the root of a job file, or of the text `given` in its place; undefined with a fault that leaves none. */
export async function readRoot(
  file: string,
  given: string | undefined,
  context: LoadContext,
): Promise<MapNode | undefined> {
  context.files.add(file)
  const text = given ?? (await readText(file, context))
  if (text === undefined) return undefined
  context.text = text
  const broken = file.endsWith('.json') ? jsonFault(text, file) : undefined
  if (broken !== undefined) {
    context.faults.push(broken)
    return undefined
  }
  const document = readDocument(text, file)
  context.faults.push(...document.faults)
  context.lines = new Set(document.faults.map((fault) => fault.where.line))
  return document.root
}

async function readText(file: string, context: LoadContext): Promise<string | undefined> {
  try {
    const read = decodeText(await readFile(file), file)
    if ('text' in read) return read.text
    context.faults.push(read.fault)
    return undefined
  } catch (error) {
    const cause = messageOf(error)
    context.faults.push(CFG_FILE({ file, cause }, { file }, error))
    return undefined
  }
}
