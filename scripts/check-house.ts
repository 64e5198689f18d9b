// Checks the rules of the house over all sources: layers, circles, sizes, names, barrels.
import { globSync, readFileSync } from 'node:fs'
import { checkHouse } from './house-rules.ts'

const paths = globSync('{packages,plugins}/*/src/**/*.ts').map((path) => path.replaceAll('\\', '/'))
const files = paths.toSorted().map((path) => ({ path, text: readFileSync(path, 'utf8') }))
const faults = checkHouse(files)
for (const fault of faults) console.error(fault)
console.log(`house: ${files.length} files, ${faults.length} faults`)
process.exitCode = faults.length === 0 ? 0 : 1
