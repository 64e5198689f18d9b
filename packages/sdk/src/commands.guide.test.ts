import { defineCommand, type CommandTerminal } from '@millrace/sdk'
import { parseArgs } from 'node:util'
import { expect, it } from 'vitest'

// In a package this is the default export of src/command.ts.
const greet = defineCommand({
  name: 'greet',
  summary: 'Greets people.',
  help: `
Usage: millrace greet NAME [--loud]

Examples:
  millrace greet Ada
  millrace greet Ada --loud`,
  run(args, terminal) {
    const options = { loud: { type: 'boolean' } } as const
    const { positionals, values } = parseArgs({ args: [...args], options, allowPositionals: true })
    const [name] = positionals
    if (name === undefined) {
      terminal.error('Who is to be greeted?\n')
      return 2
    }
    const text = `Hello, ${name}\n`
    terminal.out(values.loud === true ? text.toUpperCase() : text)
    return 0
  },
})

it('greets who is named', async () => {
  let out = ''
  const terminal: CommandTerminal = {
    cwd: '/',
    color: false,
    isTTY: false,
    signal: new AbortController().signal,
    out: (text) => void (out += text),
    error: () => undefined,
  }

  expect(await greet.run(['Ada', '--loud'], terminal)).toBe(0)
  expect(out).toBe('HELLO, ADA\n')
  expect(await greet.run([], terminal)).toBe(2)
})
