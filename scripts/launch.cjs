// Runs `node <entry> ...args` under a Node that can run this repository, with its packages installed.
// Plain CommonJS for Node 18 and later, because it runs before anything is fetched: no dependency, no newer syntax.
'use strict'
const { spawn, spawnSync } = require('node:child_process')
const { createHash } = require('node:crypto')
const fs = require('node:fs')
const path = require('node:path')

const root = path.resolve(__dirname, '..')
const cacheFile = path.join(root, 'node_modules', '.cache', 'millrace-node.json')
// Exact versions: a range can land on one whose platform package is not published. macOS has no 24.21.0.
const fetchedNode = process.platform === 'darwin' ? 'node@26.10.0' : 'node@24.21.0'
const fetchedPnpm = 'pnpm@12.21.0'

// Taken before anything starts: npx overwrites INIT_CWD for what it runs.
const shellFolder = startedByScript() ? process.env.INIT_CWD : process.cwd()

/** npm and pnpm run scripts in the package's folder and keep the shell's folder in INIT_CWD. */
function startedByScript() {
  return (
    process.env.INIT_CWD !== undefined &&
    process.env.npm_lifecycle_event !== undefined &&
    process.cwd() === root
  )
}

function runsThisRepository(version) {
  const [major, minor] = version.split('.').map(Number)
  return major >= 26 || (major === 24 && minor >= 11)
}

function readCache() {
  try {
    return JSON.parse(fs.readFileSync(cacheFile, 'utf8'))
  } catch {
    return {}
  }
}

function writeCache(entry) {
  fs.mkdirSync(path.dirname(cacheFile), { recursive: true })
  fs.writeFileSync(cacheFile, `${JSON.stringify(entry)}\n`)
}

function lockHash() {
  const lock = fs.readFileSync(path.join(root, 'pnpm-lock.yaml'))
  return createHash('sha256').update(lock).digest('hex')
}

/** pnpm writes .modules.yaml last, so an interrupted install counts as none. */
function needsInstall(cache) {
  const marker = path.join(root, 'node_modules', '.modules.yaml')
  if (!fs.existsSync(marker)) return true
  const newer = fs.statSync(path.join(root, 'pnpm-lock.yaml')).mtimeMs > fs.statSync(marker).mtimeMs
  // A checkout renews the lock file's time without changing it, and pnpm then leaves its marker alone.
  return newer && cache.lock !== lockHash()
}

/** Runs commands with the given packages on PATH; returns what they print, and lets people see the rest. */
function npx(packages, commands) {
  const names = packages.flatMap((name) => ['-p', name])
  const windows = process.platform === 'win32'
  const script = commands.join(' && ')
  const run = spawnSync('npx', ['--yes', ...names, '-c', windows ? `"${script}"` : script], {
    cwd: root,
    stdio: ['inherit', 'pipe', 'inherit'],
    encoding: 'utf8',
    // Notices about newer versions, and warnings about settings that are none of ours, would hide what matters.
    env: { ...process.env, npm_config_update_notifier: 'false', npm_config_loglevel: 'error' },
    shell: windows, // npx is npx.cmd there
  })
  if (run.error !== undefined) return fail(`npx cannot be started: ${run.error.message}`, 1)
  if (run.signal !== null) return fail(`stopped by ${run.signal}`, 130)
  if (run.status !== 0) return fail('the packages could not be installed; see above', run.status)
  return run.stdout
}

function fail(sentence, code) {
  process.stderr.write(`launch: ${sentence}\n`)
  process.exit(code)
}

/** The Node to run with. Fetches it and installs packages when needed; says so, because it takes a while. */
function prepare() {
  const cache = readCache()
  const own = runsThisRepository(process.versions.node)
  const cached = typeof cache.node === 'string' && fs.existsSync(cache.node)
  const install = needsInstall(cache)
  if (!install && own) return process.execPath
  if (!install && cached) return cache.node

  const tasks = []
  if (!own && !cached) tasks.push('fetching Node')
  if (install) tasks.push('installing packages')
  process.stderr.write(`launch: ${tasks.join(' and ')}, once (up to 30 s) ...\n`)
  // Always the same set of packages: npx keeps one folder, and one copy of Node, per set.
  const packages = own ? [fetchedPnpm] : [fetchedNode, fetchedPnpm]
  const commands = ['node -p process.execPath']
  if (install) commands.push('pnpm install --frozen-lockfile 1>&2')
  const printed = npx(packages, commands).trim().split(/\r?\n/)
  const node = own ? process.execPath : printed[0].trim()
  if (!own && !fs.existsSync(node)) fail(`npx gave no Node, but "${node}"`, 1)
  writeCache({ ...(own ? {} : { node }), lock: lockHash() })
  return node
}

/** Commands of the repository run in its root, `millrace` where the user is. */
function runFolder(entry) {
  return path.basename(entry) === 'millrace.js' ? shellFolder : root
}

/** `npm start` names a file of the repository; every other argument is the user's. */
function ownArguments(args) {
  if (process.env.npm_lifecycle_event !== 'start') return args
  return args.map((argument, index) =>
    index === 1 && fs.existsSync(path.join(root, argument)) ? path.join(root, argument) : argument,
  )
}

/**
 * Passes signals on. A terminal sends Ctrl-C to the child as well; millrace takes those that arrive together as one, and so must
 * what counts as a second one here. Code that never gives the thread back hears none: then the second one kills the child.
 */
function passSignals(child) {
  let first
  let killed = false
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.on(signal, () => {
      child.kill(signal)
      const now = Date.now()
      first = first || { signal, time: now }
      if (signal === first.signal && now - first.time < 500) return
      setTimeout(() => {
        killed = true
        child.kill('SIGKILL')
      }, 2000)
    })
  }
  return () => killed
}

function run(node, entry, args) {
  const key = Object.keys(process.env).find((name) => name.toUpperCase() === 'PATH') || 'PATH'
  const child = spawn(node, [path.join(root, entry), ...args], {
    cwd: runFolder(entry),
    stdio: 'inherit',
    env: {
      ...process.env,
      // What the command starts must find the same Node.
      [key]: `${path.dirname(node)}${path.delimiter}${process.env[key] || ''}`,
      INIT_CWD: shellFolder,
    },
  })
  const isKilled = passSignals(child)
  child.on('error', (error) => fail(`${node} cannot be started: ${error.message}`, 1))
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code)
    if (isKilled()) fail('killed after a second signal that it could not hear', 130)
    for (const name of ['SIGINT', 'SIGTERM']) process.removeAllListeners(name)
    process.kill(process.pid, signal)
  })
}

const [entry, ...args] = process.argv.slice(2)
if (entry === undefined) fail('usage: node scripts/launch.cjs <entry> [arguments]', 2)
run(prepare(), entry, ownArguments(args))
