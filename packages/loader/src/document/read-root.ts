import { readFile } from 'node:fs/promises'
import { messageOf, type Where } from '@millrace/base'
import { CFG_FILE } from '../errors.ts'
import type { LoadContext } from '../load-context.ts'
import { CFG_NESTED_FILE } from '../nested/errors.ts'
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
  const text = given ?? (await readText(file, context, undefined))
  if (text === undefined) return undefined
  context.text = text
  return rootOf(text, file, context)
}

/** The same of a file that another one names. */
export async function readNestedRoot(
  file: string,
  named: NamedFile,
  context: LoadContext,
): Promise<MapNode | undefined> {
  context.files.add(file)
  const text = await readText(file, context, named)
  return text === undefined ? undefined : rootOf(text, file, context)
}

/** A file as another one names it. */
interface NamedFile {
  readonly name: string
  readonly where: Where
}

function rootOf(text: string, file: string, context: LoadContext): MapNode | undefined {
  const broken = file.endsWith('.json') ? jsonFault(text, file) : undefined
  if (broken !== undefined) {
    context.faults.push(broken)
    return undefined
  }
  const document = readDocument(text, file)
  context.faults.push(...document.faults)
  for (const { code, where } of document.faults)
    if (code.startsWith('CFG_YAML')) context.spoil(where)
  return document.root
}

async function readText(
  file: string,
  context: LoadContext,
  named: NamedFile | undefined,
): Promise<string | undefined> {
  try {
    const read = decodeText(await readFile(file), file)
    if ('text' in read) return read.text
    context.faults.push(read.fault)
    return undefined
  } catch (error) {
    const cause = messageOf(error)
    const { name = file, where = { file } } = named ?? {}
    const fault = named === undefined ? CFG_FILE : CFG_NESTED_FILE
    context.faults.push(fault({ file: name, cause }, where, error))
    return undefined
  }
}
