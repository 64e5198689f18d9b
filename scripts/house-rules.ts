/** Who may import whom. `types`: only `import type`. Tests beside the source may also import testkit and plugins. */
export interface Row {
  readonly may: readonly string[]
  readonly types?: readonly string[]
  /** May use `node:` modules, in the named folder only or anywhere. */
  readonly node: boolean | string
}

const plugin: Row = { may: ['sdk', 'base', 'expression'], node: true }

/** The table of DESIGN §2, one row a package. */
export const rows: Readonly<Record<string, Row>> = {
  base: { may: [], node: false },
  core: { may: ['base'], node: false },
  sdk: { may: ['base'], types: ['core'], node: false },
  expression: { may: ['base'], node: false },
  // The durable store: engine sees an interface of its own, which job fills with this.
  store: { may: ['base'], node: true },
  engine: { may: ['base', 'core', 'sdk'], node: 'src/host/' },
  loader: { may: ['base', 'sdk', 'expression'], types: ['engine'], node: true },
  job: {
    may: ['base', 'core', 'sdk', 'expression', 'store', 'engine', 'loader'],
    node: true,
  },
  testkit: {
    may: ['base', 'core', 'sdk', 'expression', 'store', 'engine', 'loader', 'job'],
    node: true,
  },
  server: { may: ['base', 'sdk'], types: ['job'], node: true },
  // An application of job and plugins: docs/decisions/0008-classic-is-an-application.md.
  classic: { may: ['base', 'sdk', 'expression', 'job', 'window', 'join'], node: false },
  millrace: {
    may: [
      'base',
      'core',
      'sdk',
      'expression',
      'store',
      'engine',
      'loader',
      'job',
      'testkit',
      'server',
    ],
    node: true,
  },
  'plugins/*': plugin,
}

export interface SourceFile {
  /** Path from the root with forward slashes, such as `packages/core/src/cell.ts`. */
  readonly path: string
  readonly text: string
}

export interface Import {
  readonly specifier: string
  readonly typeOnly: boolean
  readonly line: number
}

const LINES_MAX = 400
const forbiddenName = /^(utils?|helpers?|common|types)(\.test)?\.ts$/
const isTest = (path: string): boolean => /\.(test|test-d|test-support|bench)\.ts$/.test(path)

/** Static imports, re-exports and dynamic imports with a literal specifier. */
export function importsOf(text: string): Import[] {
  const found: Import[] = []
  const pattern =
    /^\s*(import|export)\s+(type\s+)?(?:[^'";]*?\sfrom\s+)?'([^']+)'|\bimport\(\s*'([^']+)'\s*\)/gm
  for (const match of text.matchAll(pattern)) {
    const specifier = match[3] ?? match[4]
    if (specifier === undefined) continue
    const named = /\{([^}]*)\}/.exec(match[0])?.[1]
    const allTypes =
      named !== undefined &&
      named
        .split(',')
        .map((name) => name.trim())
        .filter((name) => name !== '')
        .every((name) => name.startsWith('type '))
    found.push({
      specifier,
      typeOnly: match[2] !== undefined || allTypes,
      line: text.slice(0, match.index + match[0].search(/\S/)).split('\n').length,
    })
  }
  return found
}

function roomOf(path: string): { name: string; row: Row } | undefined {
  const [top, name] = path.split('/')
  if (top === 'plugins' && name !== undefined) return { name: `plugins/${name}`, row: plugin }
  if (top !== 'packages' || name === undefined) return undefined
  const row = rows[name]
  return row === undefined ? undefined : { name, row }
}

function checkImport(file: SourceFile, entry: Import): string | undefined {
  const room = roomOf(file.path)
  if (room === undefined || entry.specifier.startsWith('.')) return undefined
  const { row, name } = room
  const at = `${file.path}:${entry.line}`
  if (entry.specifier.startsWith('node:')) {
    const allowed =
      row.node === true ||
      isTest(file.path) ||
      (typeof row.node === 'string' && file.path.includes(`/${row.node}`))
    return allowed ? undefined : `${at} imports ${entry.specifier}; row ${name}: no node: here`
  }
  if (entry.specifier === 'millrace') return `${at} imports millrace; nobody may`
  const target = /^@millrace\/([^/]+)/.exec(entry.specifier)?.[1]
  if (target === undefined || room.name.endsWith(`/${target}`) || name === target) return undefined
  if (row.may.includes(target)) return undefined
  if (entry.typeOnly && row.types?.includes(target) === true) return undefined
  if (isTest(file.path) && (target === 'testkit' || rows[target] === undefined)) return undefined
  // Another plugin's public entry, as a library: what is no room of `packages/` is a plugin.
  const isLibrary = row === plugin && rows[target] === undefined
  if (isLibrary && entry.specifier === `@millrace/${target}`) return undefined
  const may = [...row.may, ...(row.types ?? []).map((type) => `types of ${type}`)].join(', ')
  return `${at} imports @millrace/${target}; row ${name} may import: ${may === '' ? 'nothing' : may}`
}

function checkFile(file: SourceFile): string[] {
  const faults: string[] = []
  const name = file.path.split('/').at(-1) ?? ''
  const lines = file.text.split('\n').length - 1
  if (lines > LINES_MAX) faults.push(`${file.path} has ${lines} lines; at most ${LINES_MAX}`)
  if (forbiddenName.test(name)) faults.push(`${file.path}: name it after what it exports`)
  if (!/^[a-z0-9-]+(\.[a-z-]+)*\.(ts|js)$/.test(name))
    faults.push(`${file.path}: kebab-case names only`)
  if (/^export \*/m.test(file.text)) faults.push(`${file.path}: list exported names one by one`)
  const entry = /\/src\/(index|xstate|authoring|zod|host\/index|laws\/index)\.ts$/.test(file.path)
  if (!entry && !isTest(file.path) && /^export (type )?\{[^}]*\} from /m.test(file.text)) {
    faults.push(`${file.path}: only src/index.ts re-exports`)
  }
  if (/\bBuffer\b/.test(file.text)) {
    const room = roomOf(file.path)
    if (room?.row.node === false && !isTest(file.path)) faults.push(`${file.path} uses Buffer`)
  }
  return faults
}

/** Circles of files that import one another, type imports included. */
function checkCircles(files: readonly SourceFile[]): string[] {
  const known = new Set(files.map((file) => file.path))
  const edges = new Map<string, string[]>()
  for (const file of files) {
    const folder = file.path.slice(0, file.path.lastIndexOf('/'))
    const targets = importsOf(file.text)
      .filter((entry) => entry.specifier.startsWith('.'))
      .map((entry) => new URL(entry.specifier, `file:///${folder}/`).pathname.slice(1))
    edges.set(
      file.path,
      targets.filter((target) => known.has(target)),
    )
  }
  const faults: string[] = []
  const done = new Set<string>()
  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path)
    if (start >= 0) {
      faults.push(`circle: ${[...trail.slice(start), path].join(' -> ')}`)
      return
    }
    if (done.has(path)) return
    for (const target of edges.get(path) ?? []) visit(target, [...trail, path])
    done.add(path)
  }
  for (const path of edges.keys()) visit(path, [])
  return faults
}

/** Every breach of the house's rules, each naming files and row. */
export function checkHouse(files: readonly SourceFile[]): string[] {
  const layers = files.flatMap((file) =>
    importsOf(file.text).flatMap((entry) => checkImport(file, entry) ?? []),
  )
  return [...files.flatMap(checkFile), ...layers, ...checkCircles(files)]
}
