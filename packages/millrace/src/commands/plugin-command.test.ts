import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { runCommandLine } from '../main.ts'
import { plain } from '../paint.ts'

const greet = `
  export default {
    kind: 'command', name: 'greet', summary: 'Greets people.',
    help: 'Example:\\n  millrace greet Ada',
    async run(args, terminal) {
      if (args[0] === 'nobody') throw new Error('Nobody is there.')
      terminal.error(JSON.stringify([args, terminal.cwd, terminal.color, terminal.isTTY]) + '\\n')
      terminal.out('Hello, ' + args[0] + '\\n')
      return terminal.signal.aborted ? 1 : 0
    },
  }`

const files = {
  'package.json': JSON.stringify({ name: 'shop', dependencies: { '@acme/manners': '*' } }),
  'node_modules/@acme/manners/package.json': JSON.stringify({
    name: '@acme/manners',
    version: '1.2.3',
    type: 'module',
    exports: { './greeting': './greeting.js' },
    millrace: { command: { greet: './greeting', run: './greeting' } },
  }),
  'node_modules/@acme/manners/greeting.js': greet,
  // No package.json names it: it is found as the package that the command is called after.
  'node_modules/millrace-plugin-wave/package.json': JSON.stringify({
    name: 'millrace-plugin-wave',
    version: '0.1.0',
    type: 'module',
    exports: './index.js',
    millrace: { command: { wave: '.' } },
  }),
  'node_modules/millrace-plugin-wave/index.js': greet.replace("'greet'", "'wave'"),
  'node_modules/millrace-plugin-plain/package.json': JSON.stringify({
    name: 'millrace-plugin-plain',
    exports: './index.js',
  }),
  'node_modules/millrace-plugin-plain/index.js': "throw new Error('must not be loaded')",
}

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-plugin-command-'))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
})
afterAll(() => rmSync(folder, { recursive: true }))

async function command(...argv: string[]): Promise<readonly [number, string, string]> {
  let out = ''
  let error = ''
  const code = await runCommandLine(argv, {
    cwd: folder,
    env: {},
    terminal: {
      out: (text) => void (out += text),
      error: (text) => void (error += text),
      outPaint: plain,
      errorPaint: plain,
      interactive: false,
      columns: () => 80,
      outColumns: () => undefined,
    },
  })
  return [code, out, error.replaceAll(folder, '<folder>')]
}

it('runs a command that an installed package brings, with its arguments and surroundings', async () => {
  const said = '[["Ada","--twice"],"<folder>",false,false]\n'

  expect(await command('greet', 'Ada', '--twice')).toEqual([0, 'Hello, Ada\n', said])
  expect(await command('wave', 'Bo')).toMatchObject([0, 'Hello, Bo\n', {}])
})

it('prints the help of the package for --help, -h and help', async () => {
  const help = [0, 'Greets people.\n\nExample:\n  millrace greet Ada\n', '']

  expect(await command('greet', 'Ada', '--help')).toEqual(help)
  expect(await command('greet', '-h')).toEqual(help)
  expect(await command('help', 'greet')).toEqual(help)
  expect(await command('greet', '--', '--help')).toMatchObject([0, 'Hello, --\n', {}])
})

it('finds what is installed beside millrace from any folder', async () => {
  const [code, out] = await command('anomaly', '--help')

  expect([code, out]).toEqual([0, expect.stringContaining('millrace anomaly evaluate --data')])
})

it('lets no package take the place of an own command', async () => {
  const [code, out] = await command('run', '--help')

  expect([code, out.split('\n')[0]]).toEqual([0, 'Usage: millrace run [options] [job]'])
})

it('ends with 1 when a command throws what has no code', async () => {
  const [code, , error] = await command('greet', 'nobody')

  expect([code, error]).toEqual([1, expect.stringContaining('Nobody is there.')])
})

it('names the nearest command, or the packages that may bring it', async () => {
  expect((await command('gret'))[2]).toMatchInlineSnapshot(`
    "error[CLI_NO_COMMAND]: Unknown command 'gret'.
      next Did you mean greet? Run "millrace --help" to see what there is.
    "
  `)
  expect(await command('forecast')).toEqual([
    2,
    '',
    `error[CLI_NO_COMMAND]: Unknown command 'forecast'.
  next If a plugin brings it, install that: npm install @millrace/forecast (or: npm install millrace-plugin-forecast). Run "millrace --help" to see what there is.
`,
  ])
  expect((await command('plain'))[2]).toContain("Unknown command 'plain'")
})

it('lists installed commands among the plugins', async () => {
  const [, out] = await command('plugins', 'greet')

  expect(out).toBe(
    'greet (command, @acme/manners 1.2.3)\n  Greets people.\n  Run millrace greet --help.\n',
  )
})
