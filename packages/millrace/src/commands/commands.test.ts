import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCommandLine } from '../main.ts'
import { plain } from '../paint.ts'

const job = `env: [LIMIT]
pipeline:
  name: doubles
  source: { file: in.jsonl }
  stages:
    - filter: value > 2
    - map: { set: { double: value * 2, from: "env('LIMIT')" } }
  sink: { file: out.jsonl }
  deadLetter: { file: '\${DEAD:-dead.jsonl}' }
`

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-commands-'))
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'))
  writeFileSync(join(folder, 'job.yaml'), job)
  writeFileSync(
    join(folder, 'typo.yaml'),
    job.replace('filter:', 'filtre:').replace('name:', 'nam:'),
  )
  writeFileSync(join(folder, 'unseen.yaml'), job.replace('value > 2', 'valu > 2'))
  writeFileSync(join(folder, 'in.jsonl'), '{"value":1}\n{"value":3}\n{"value":"x"}\n{"value":\n')
})
afterAll(() => rmSync(folder, { recursive: true }))

async function command(...argv: string[]): Promise<{ code: number; out: string; error: string }> {
  const texts = { out: '', error: '' }
  const code = await runCommandLine(argv, {
    cwd: folder,
    env: { LIMIT: '7' },
    terminal: {
      out: (text) => void (texts.out += text),
      error: (text) => void (texts.error += text),
      outPaint: plain,
      errorPaint: plain,
      interactive: false,
      columns: () => 80,
      outColumns: () => undefined,
    },
  })
  return { code, ...texts }
}

describe('run', () => {
  it('shows the first results and a summary whose counts add up', async () => {
    const { code, out } = await command('run', 'job.yaml')

    expect(code).toBe(0)
    expect(out).toContain('out.jsonl (first 1 of 1)')
    expect(out).toContain('counts add up: each of the 4 records read has exactly one fate')
    expect(out).toMatch(/2 dead letters in dead\.jsonl/)
    expect(readFileSync(join(folder, 'out.jsonl'), 'utf8')).toBe(
      '{"value":3,"double":6,"from":"7"}\n',
    )
  })

  it('gives the summary as JSON', async () => {
    const { code, out, error } = await command('run', 'job.yaml', '--json', '--quiet')

    expect([code, error]).toEqual([0, ''])
    expect(JSON.parse(out)).toMatchObject({ name: 'doubles', state: 'completed', deadLetters: 2 })
  })

  it('ends with 1 for dead letters where that was asked for', async () => {
    expect((await command('run', 'job.yaml', '--quiet', '--fail-on-dead-letter')).code).toBe(1)
  })

  it('says all faults with the lines they stand in and starts nothing', async () => {
    const { code, error } = await command('run', 'typo.yaml')

    expect(code).toBe(2)
    expect(error).toContain('typo.yaml:3:3')
    expect(error).toContain('typo.yaml:6:7')
    expect(error).toContain('2 faults in typo.yaml; nothing has started.')
  })

  it('says that a file is not there', async () => {
    const { code, error } = await command('run', 'none.yaml')

    expect(code).toBe(2)
    expect(error).toContain('none.yaml')
  })
})

describe('validate', () => {
  it('accepts a sound job', async () => {
    expect((await command('validate', 'job.yaml')).code).toBe(0)
  })

  it('gives faults as JSON', async () => {
    const { code, out } = await command('validate', 'typo.yaml', '--json')

    expect(code).toBe(2)
    const { faults } = JSON.parse(out) as { faults: { code: string }[] }
    expect(faults.map((fault) => fault.code).toSorted()).toEqual([
      'CFG_MODULE_NOT_FOUND',
      'CFG_UNKNOWN_KEY',
    ])
  })

  it('names fields that no record of a sample has, and the nearest one', async () => {
    const { error, out } = await command('validate', 'unseen.yaml', '--sample')

    expect(error + out).toContain('"valu"')
    expect(error + out).toContain('"value"')
  })
})

describe('explain', () => {
  it('shows stages, parameters and fates', async () => {
    const { code, out } = await command('explain', 'job.yaml')

    expect(code).toBe(0)
    expect(out).toContain('stage filter: filter')
    expect(out).toContain('where')
    expect(out).toContain('Records that fail go to the dead letters')
  })

  it('draws the plan for Mermaid and gives it as JSON', async () => {
    const drawn = await command('explain', 'job.yaml', '--format', 'mermaid')
    const data = await command('explain', 'job.yaml', '--format', 'json')

    expect(drawn.out).toMatch(/^flowchart|^graph/)
    const plan = JSON.parse(data.out) as { nodes: { id: string }[] }
    expect(plan.nodes.map((node) => node.id)).toContain('filter')
  })
})

describe('config print', () => {
  it('shows each value with its origin', async () => {
    const { code, out } = await command(
      'config',
      'print',
      'job.yaml',
      '--set',
      'stages.filter.parameters.where=value > 9',
    )

    expect(code).toBe(0)
    expect(out).toMatch(/filter.*where.*value > 9.*flag/)
    expect(out).toMatch(/dead\.jsonl/)
  })
})

describe('plugins and schema', () => {
  it('lists plugins, and the parameters of one', async () => {
    const all = await command('plugins')
    const one = await command('plugins', 'filter')
    const json = await command('plugins', '--json')

    expect(all.out).toContain('aggregate  @millrace/aggregate')
    expect(one.out).toContain('where')
    expect((JSON.parse(json.out) as unknown[]).length).toBeGreaterThan(7)
  })

  it('names the nearest plugin', async () => {
    const { code, error } = await command('plugins', 'filtre')

    expect(code).toBe(2)
    expect(error).toContain('filter')
  })

  it('makes a schema that knows the plugins', async () => {
    const printed = await command('schema')
    await command('schema', '-o', 'schema.json')

    const schema = JSON.parse(printed.out) as { $defs: { stage: object } }
    expect(JSON.stringify(schema.$defs.stage)).toContain('"aggregate"')
    expect(JSON.parse(readFileSync(join(folder, 'schema.json'), 'utf8'))).toEqual(schema)
  })
})
