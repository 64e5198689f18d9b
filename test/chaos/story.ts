import { describeTurn } from './fate.ts'
import type { Life } from './life.ts'
import type { Round } from './round.ts'

/** All there is to know of a round that went wrong. */
export function tellStory(round: Round): string {
  const { broken, fates, folder, jobFile, lives, scenario, seed, size, suspect } = round
  const often = fates === undefined ? '' : ` --fates ${fates}`
  return [
    `BROKEN: ${scenario}, seed ${seed}`,
    indent(broken ?? 'nothing'),
    ...(suspect === undefined ? [] : [indent(suspect)]),
    'The job:',
    indent(jobFile.trim()),
    'Its lives:',
    ...lives.map((life, index) => indent(tellLife(life, index + 1))),
    'The last steps of each:',
    ...lives.map((life, index) => indent(lastSteps(life, index + 1))),
    `Everything is in ${folder}: input, quiet, disturbed, traces, and snapshots after each life.`,
    `The round again: pnpm chaos --scenario ${scenario} --seed ${seed} --rounds 1 --size ${size}${often}`,
    'The same inputs and fates; what the machine decides may differ. What a snapshot leads to does not.',
  ].join('\n')
}

const indent = (text: string): string => text.replaceAll(/^/gm, '  ')

function tellLife(life: Life, number: number): string {
  const { aliveMs, checkpointAfter, checkpointBefore, end, name, phase, startMs, turn } = life
  const lived = `lived ${Math.round(aliveMs)} ms`
  const began = startMs === undefined ? 'never worked' : `worked from ${Math.round(startMs)} ms on`
  const how = end === 'killed' ? `killed in ${phase}` : end
  const who = name === undefined ? '' : `${name}, `
  return `${number}. ${who}${describeTurn(turn)}: ${lived}, ${began}, ${how}; checkpoint ${checkpointBefore} -> ${checkpointAfter}`
}

function lastSteps({ steps }: Life, number: number): string {
  const lines = steps.slice(-14).map(({ id, isDone, killed, op, path, time, to }) => {
    const target = to === undefined ? '' : ` -> ${to}`
    const end = killed === undefined ? (isDone ? '' : '  not done') : `  KILLED ${killed} it`
    return `   ${(time * 1000).toFixed(1)} ms  ${id}  ${op} ${path}${target}${end}`
  })
  return [`${number}.`, ...lines].join('\n')
}
