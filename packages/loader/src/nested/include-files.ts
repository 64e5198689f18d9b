import { realpathSync } from 'node:fs'
import { dirname, relative, resolve } from 'node:path'
import { describeNode, type ConfigNode, type MapNode } from '../document/config-node.ts'
import { readNestedRoot } from '../document/read-root.ts'
import { CFG_MISSING, CFG_TYPE } from '../errors.ts'
import { checkKeys } from '../grammar/check-keys.ts'
import { nestedDocumentKeys } from '../grammar/keys.ts'
import type { LoadContext } from '../load-context.ts'
import { CFG_NESTED_CIRCLE } from './errors.ts'
import { addNames } from './add-names.ts'

/**
 * Puts the pipelines of files in the place of their names: `- pipeline: ./clean.yaml`. What they may use, `env` and `plugins.use`, the
 * whole job may. A file that contains itself is a fault.
 */
export async function includeFiles(
  root: MapNode,
  file: string,
  context: LoadContext,
): Promise<void> {
  const pipeline = root.entries.get('pipeline')?.value
  if (pipeline?.kind === 'map') await new Inclusion(root, context).stagesIn(pipeline, [real(file)])
}

class Inclusion {
  readonly #root: MapNode
  readonly #context: LoadContext

  constructor(root: MapNode, context: LoadContext) {
    this.#root = root
    this.#context = context
  }

  /** `open`: the files that it stands in, the job file first. */
  async stagesIn(map: MapNode, open: readonly string[]): Promise<void> {
    for (const key of ['stages', 'then', 'else'])
      await this.#list(map.entries.get(key)?.value, open)
  }

  async #list(list: ConfigNode | undefined, open: readonly string[]): Promise<void> {
    if (list?.kind !== 'list') return
    for (const stage of list.items) if (stage.kind === 'map') await this.#stage(stage, open)
  }

  async #stage(stage: MapNode, open: readonly string[]): Promise<void> {
    const outputs = stage.entries.get('outputs')?.value
    if (outputs?.kind === 'map') {
      for (const { value } of outputs.entries.values()) await this.#list(value, open)
    }
    if (stage.entries.has('module')) return
    const choice = stage.entries.get('choose')?.value
    if (choice?.kind === 'map') await this.stagesIn(choice, open)
    const nested = stage.entries.get('pipeline')
    if (nested?.value.kind === 'map') await this.stagesIn(nested.value, open)
    if (nested?.value.kind !== 'scalar' || typeof nested.value.value !== 'string') return
    const name = this.#context.leaf(nested.value).text
    const value = await this.#file(name, nested.value, open)
    if (value !== undefined) stage.entries.set('pipeline', { ...nested, value })
  }

  async #file(
    name: string,
    { where }: ConfigNode,
    open: readonly string[],
  ): Promise<MapNode | undefined> {
    const { faults, folder } = this.#context
    const file = resolve(dirname(where.file ?? folder), name)
    const id = real(file)
    const within = [...open, id]
    if (open.includes(id)) {
      const files = within.slice(open.indexOf(id)).map((path) => relative(real(folder), path))
      faults.push(CFG_NESTED_CIRCLE({ files }, where))
      return undefined
    }
    const root = await readNestedRoot(file, { name, where }, this.#context)
    if (root === undefined) return undefined
    checkKeys(root.entries, `the pipeline ${name}`, nestedDocumentKeys, [], faults)
    addNames(root, this.#root, this.#context)
    const pipeline = root.entries.get('pipeline')?.value
    if (pipeline?.kind === 'map') {
      await this.stagesIn(pipeline, within)
      return pipeline
    }
    if (pipeline === undefined) {
      const hint = 'Put stages below the key pipeline:.'
      faults.push(CFG_MISSING({ what: 'key "pipeline"', of: `The file ${name}`, hint }, root.where))
    } else {
      const got = describeNode(pipeline)
      const expected = 'a map with stages'
      faults.push(CFG_TYPE({ what: '"pipeline"', expected, got }, pipeline.where))
    }
    return undefined
  }
}

/** One name for each file, whatever links lead to it. */
function real(file: string): string {
  try {
    return realpathSync(file)
  } catch {
    return file
  }
}
