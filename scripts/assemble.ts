import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { webAssembly } from '../plugins/file/src/read/web-assembly.ts'

/** 32 pages of memory are 2 MiB. */
const options =
  '-O3 --converge --noAssert --runtime stub --enable simd --use abort= --memoryBase 65536 --initialMemory 32 --maximumMemory 32'

/** The source file that the WebAssembly of an AssemblyScript file becomes: the numbers that it exports, and its bytes. */
export function assemble(path: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-assemble-'))
  try {
    const compiler = fileURLToPath(import.meta.resolve('assemblyscript/bin/asc.js'))
    const file = join(folder, 'wasm')
    execFileSync(process.execPath, [compiler, path, '--outFile', file, ...options.split(' ')])
    return moduleOf(path, readFileSync(file))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function moduleOf(path: string, wasm: Buffer): string {
  if (webAssembly === undefined) throw new Error('This needs WebAssembly.')
  const { exports } = new webAssembly.Instance(new webAssembly.Module(wasm))
  const numbers = Object.entries(exports).flatMap(([name, value]) =>
    typeof value === 'object' && value !== null && 'value' in value
      ? `export const ${name} = ${value.value as number}`
      : [],
  )
  return [
    `// Made of ${path} by scripts/generate.ts.`,
    ...numbers,
    '/** WebAssembly, as base64. */',
    `export const code =`,
    `  '${wasm.toString('base64')}'`,
    '',
  ].join('\n')
}
