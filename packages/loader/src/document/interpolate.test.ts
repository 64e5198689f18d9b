import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { renderError } from '@millrace/base'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { interpolate } from './interpolate.ts'

const where = { file: 'job.yaml', line: 3, column: 9 }

it('fills names, defaults and literals', () => {
  const env = { HOST: 'db', EMPTY: '' }

  expect(interpolate('${HOST}:${PORT:-5432}/${EMPTY:-x}/$${HOST}', env, where).text).toBe(
    'db:5432/x/${HOST}',
  )
})

it('keeps an empty value where no default is given', () => {
  expect(interpolate('<${EMPTY}>', { EMPTY: '' }, where)).toMatchObject({ text: '<>', faults: [] })
})

it('takes only what the environment has itself', () => {
  expect(interpolate('${constructor:-x}', {}, where).text).toBe('x')
  expect(interpolate('${toString}', {}, where).faults[0]?.code).toBe('CFG_UNSET')
  expect(interpolate('${toString}', { toString: 'y' }, where).text).toBe('y')
})

it('knows a text that is one whole placeholder', () => {
  expect(interpolate('${A}', { A: '1' }, where).whole).toBe(true)
  expect(interpolate('${A}0', { A: '1' }, where).whole).toBe(false)
  expect(interpolate('${A}${A}', { A: '1' }, where).whole).toBe(false)
})

it('does not fill what a value brings', () => {
  expect(interpolate('${A}', { A: '${B}', B: 'x' }, where).text).toBe('${B}')
})

it('reads a secret from a file, without its line end, and marks it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'interpolate-'))
  const file = join(folder, 'password')
  writeFileSync(file, 'hunter2\n')

  const filled = interpolate(`pw=\${file:${file}}`, {}, where)

  rmSync(folder, { recursive: true })
  expect(filled).toMatchObject({ text: 'pw=hunter2', secret: true, faults: [] })
})

it('says all that is wrong with the placeholders of a text', () => {
  const { faults } = interpolate('${NOPE} ${A B} ${open', {}, where)

  expect(faults.map(renderError).join('\n')).toMatchInlineSnapshot(`
    "error[CFG_UNSET]: The environment has no NOPE; expected a value for it.
      at   job.yaml:3:9
      next Set it, or give a default: \${NOPE:-value}. A literal \${ is written $\${.
    error[CFG_PLACEHOLDER]: A placeholder must be \${NAME}, \${NAME:-default} or \${file:/path}; got \${A B}.
      at   job.yaml:3:9
      next A literal \${ is written $\${.
    error[CFG_PLACEHOLDER]: A placeholder must be \${NAME}, \${NAME:-default} or \${file:/path}; got \${open.
      at   job.yaml:3:9
      next A literal \${ is written $\${."
  `)
})

it('says that a secret cannot be read', () => {
  const { faults } = interpolate('${file:/no/such/file}', {}, where)

  expect(faults.map(renderError).join('\n')).toMatchInlineSnapshot(`
    "error[CFG_SECRET_FILE]: \${file:/no/such/file} cannot be read: ENOENT: no such file or directory, open '/no/such/file'.
      at   job.yaml:3:9
      next Check the path and the rights of the file."
  `)
})

it('fills any mix of parts like the sum of its parts', () => {
  const name = fc.constantFrom('A', 'B_1', 'UNSET')
  const text = fc.stringMatching(/^[a-z:/ .{}-]{0,8}$/)
  const env: Record<string, string> = { A: 'alpha', B_1: '' }
  const part = fc.oneof(
    text.map((value) => ({ written: value, meant: value })),
    name.map((key) => ({ written: `\${${key}}`, meant: env[key] ?? '' })),
    fc.tuple(name, fc.stringMatching(/^[a-z ]{0,5}$/)).map(([key, otherwise]) => ({
      written: `\${${key}:-${otherwise}}`,
      meant: (env[key] ?? '') === '' ? otherwise : (env[key] ?? ''),
    })),
    fc.constant({ written: '$${', meant: '${' }),
  )

  fc.assert(
    fc.property(fc.array(part, { maxLength: 6 }), (parts) => {
      const filled = interpolate(parts.map(({ written }) => written).join(''), env, where)

      expect(filled.text).toBe(parts.map(({ meant }) => meant).join(''))
    }),
    { numRuns: 200 },
  )
})
