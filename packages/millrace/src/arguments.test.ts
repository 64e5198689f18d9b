import { describe, expect, it } from 'vitest'
import { normalizeArguments, parseAssignment, parseEndpoint } from './arguments.ts'

describe('normalizeArguments', () => {
  it('gives a command line that begins with an option the command run', () => {
    const argv = ['--config', 'job.yaml', '--data_stream', 'in.txt', '--output', 'out.txt']

    expect(normalizeArguments(argv)).toEqual([
      'run',
      '--config',
      'job.yaml',
      '--data-stream',
      'in.txt',
      '--output',
      'out.txt',
    ])
  })

  it('leaves commands, help and version alone', () => {
    expect(normalizeArguments(['explain', 'job.yaml'])).toEqual(['explain', 'job.yaml'])
    expect(normalizeArguments(['--help'])).toEqual(['--help'])
    expect(normalizeArguments(['-V'])).toEqual(['-V'])
    expect(normalizeArguments([])).toEqual([])
  })

  it('spells option names with dashes and never touches values', () => {
    const argv = ['run', '--log_level=debug', '--data_stream=my_file', '--set', 'a_b=c_d', '-']

    expect(normalizeArguments(argv)).toEqual([
      'run',
      '--log-level=debug',
      '--data-stream=my_file',
      '--set',
      'a_b=c_d',
      '-',
    ])
  })

  it('leaves what stands after -- as it is', () => {
    expect(normalizeArguments(['run', '--', '--my_job.yaml'])).toEqual([
      'run',
      '--',
      '--my_job.yaml',
    ])
  })
})

describe('parseEndpoint', () => {
  it('reads a file with and without an id', () => {
    expect(parseEndpoint('--input', 'in.jsonl')).toEqual({ path: 'in.jsonl' })
    expect(parseEndpoint('--input', 'flights=in.jsonl')).toEqual({
      id: 'flights',
      path: 'in.jsonl',
    })
    expect(parseEndpoint('--input', 'flights=-')).toEqual({ id: 'flights', path: '-' })
  })

  it('takes what cannot be an id for part of the path', () => {
    expect(parseEndpoint('--input', './a=b.txt')).toEqual({ path: './a=b.txt' })
  })

  it('refuses an empty path', () => {
    expect(() => parseEndpoint('--output', 'main=')).toThrowErrorMatchingInlineSnapshot(
      `[MillraceError: --output expects [id=]file or -; got "main=".]`,
    )
  })
})

describe('parseAssignment', () => {
  it('splits at the first equals sign, so that values may hold more', () => {
    expect(parseAssignment('stages.late.parameters.where=delay == 15')).toEqual({
      path: 'stages.late.parameters.where',
      value: 'delay == 15',
    })
    expect(parseAssignment('name=')).toEqual({ path: 'name', value: '' })
  })

  it('refuses a text without a path or without an equals sign', () => {
    expect(() => parseAssignment('=3')).toThrowErrorMatchingInlineSnapshot(
      `[MillraceError: --set expects path=value; got "=3".]`,
    )
    expect(() => parseAssignment('count')).toThrowErrorMatchingInlineSnapshot(
      `[MillraceError: --set expects path=value; got "count".]`,
    )
  })
})
