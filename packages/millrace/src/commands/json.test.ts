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
  expect(both.error).toContain("'--json' cannot be used with option '-f, --format <format>'")
})

it('config print names the variable that a value comes from', async () => {
  folder.write('job.yaml', ...job)
  folder.env['MILLRACE_STAGES__FILTER__PARAMETERS__WHERE'] = 'value > 4'

  const { out } = await folder.command('config', 'print', 'job.yaml')

  expect(out).toMatch(/"value > 4" +environment MILLRACE_STAGES__FILTER__PARAMETERS__WHERE\n/)
})
