import { afterEach, beforeEach, expect, it } from 'vitest'
import { job, JobFolder } from './commands.test-support.ts'

let folder: JobFolder
beforeEach(() => {
  folder = new JobFolder()
})
afterEach(() => folder.remove())

it('--json prints the same faults on stdout, whatever the command', async () => {
  folder.write('job.yaml', ...job.map((line) => line.replace('value > 2', 'valu >')))

  const validate = await folder.command('validate', 'job.yaml', '--json')
  const commands = [['run'], ['explain'], ['config', 'print']]
  for (const command of commands) {
    expect(await folder.command(...command, 'job.yaml', '--json')).toEqual(validate)
  }

  expect(validate.code).toBe(2)
  expect(validate.error).toBe('')
  expect(JSON.parse(validate.out)).toMatchObject({
    file: '/jobs/job.yaml',
    valid: false,
    faults: [{ code: 'EXP_SYNTAX', where: { line: 5, column: 21 } }],
    warnings: [],
  })
})

it('explain --json is explain --format json, and not both', async () => {
  folder.write('job.yaml', ...job)

  const short = await folder.command('explain', 'job.yaml', '--json')
  const both = await folder.command('explain', 'job.yaml', '--json', '--format', 'mermaid')

  expect(short).toEqual(await folder.command('explain', 'job.yaml', '--format', 'json'))
  expect(JSON.parse(short.out)).toMatchObject({ name: 'doubles' })
  expect(both.code).toBe(2)
  expect(JSON.parse(both.out)).toMatchObject({
    faults: [{ message: "Option '--json' cannot be used with option '-f, --format <format>'." }],
  })
})

it('--json prints what is wrong with the command line as faults too', async () => {
  folder.write('job.yaml', ...job)
  const refused = [
    ['run', 'job.yaml', '--ouptut', 'x', '--json'],
    ['run', 'job.yaml', '--json', '--set', 'name'],
    ['validate', 'job.yaml', 'more', '--json'],
    ['explain', 'job.yaml', '--format', 'json', '--config', 'other.yaml'],
    ['plugins', 'filtre', '--json'],
    ['dead-letter', 'ls', 'none.jsonl', '--json'],
    ['parked', '--json'],
    ['parked'],
    ['schma', '--json'],
    ['explain', 'job.yaml', '--format=jsn', '--json'],
  ]

  const faults: unknown[] = []
  for (const line of refused) {
    const { code, error, out } = await folder.command(...line)
    expect([code, error === '']).toEqual([2, line.includes('--json') || line.includes('json')])
    faults.push(out === '' ? 'text' : JSON.parse(out))
  }

  expect(faults[0]).toMatchInlineSnapshot(`
    {
      "faults": [
        {
          "code": "CLI_USAGE",
          "hint": "Did you mean --output? Run "millrace run --help" to see what there is.",
          "message": "Unknown option '--ouptut'.",
          "where": {},
        },
      ],
      "file": null,
      "valid": false,
      "warnings": [],
    }
  `)
  expect(faults.map((one) => (one as { faults?: { code: string }[] }).faults?.[0]?.code))
    .toMatchInlineSnapshot(`
      [
        "CLI_USAGE",
        "CLI_SET_FORM",
        "CLI_USAGE",
        "CLI_TWO_JOB_FILES",
        "CLI_NO_PLUGIN",
        "CLI_LETTERS_FILE",
        "CLI_USAGE",
        undefined,
        "CLI_NO_COMMAND",
        "CLI_USAGE",
      ]
    `)
})

it('config print names the variable that a value comes from', async () => {
  folder.write('job.yaml', ...job)
  folder.env['MILLRACE_STAGES__FILTER__PARAMETERS__WHERE'] = 'value > 4'

  const { out } = await folder.command('config', 'print', 'job.yaml')

  expect(out).toMatch(/"value > 4" +environment MILLRACE_STAGES__FILTER__PARAMETERS__WHERE\n/)
})
