// Writes docs/reference/errors.md, docs/plugins/*.md, pictures of detectors and the samples' JSON Schema from the code, and
// WebAssembly from its source; with --check it only compares.
import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { assemble } from './assemble.ts'
import { detectorPictures } from './detector-pictures.ts'
import { errorsPage } from './errors-page.ts'
import { jobSchema } from 'millrace'
import { pluginPages } from './plugin-page.ts'

const check = process.argv.includes('--check')
const sources = globSync('{packages,plugins}/*/src/**/*.ts')
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => !/\.(test|test-d|test-support|bench)\.ts$/.test(path))
  .toSorted()
const pages = new Map<string, string>([
  [
    'docs/reference/errors.md',
    errorsPage(sources.map((path) => ({ path, text: readFileSync(path, 'utf8') }))),
  ],
  ...(await pluginPages()),
  ...detectorPictures(),
  ['plugins/file/src/read/line-pass-code.ts', assemble('plugins/file/assembly/line-pass.ts')],
  ['configs/millrace.schema.json', `${JSON.stringify(await jobSchema('configs'), undefined, 2)}\n`],
])
let stale = 0
for (const [path, text] of pages) {
  let current = ''
  try {
    current = readFileSync(path, 'utf8')
  } catch {
    current = ''
  }
  if (current === text) continue
  stale++
  if (check) console.error(`${path} is stale; run: node scripts/generate.ts`)
  else {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
    console.log(`wrote ${path}`)
  }
}
process.exitCode = check && stale > 0 ? 1 : 0
