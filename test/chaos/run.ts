// Kills running jobs at random instants and compares what they leave with undisturbed runs: see --help.
import { writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { hunt, type Tally } from './hunt.ts'
import type { Round } from './round.ts'
import { scenarios } from './scenarios.ts'
import { tellStory } from './story.ts'

const help = `Usage: pnpm chaos [options]

Runs the real command on generated inputs and kills it, again and again, also while it writes checkpoints, recovers and commits.
When such a job is done its files and counters must be those of an undisturbed run.

  --kills <n>         how many kills there are to be (default: 200)
  --seed <n>          of the first round; each later one has the next (default: a fresh one, which is printed)
  --rounds <n>        so many rounds instead: a round is one job, run once undisturbed and once disturbed
  --scenario <names>  only these, with commas between them; --list shows all
  --jobs <n>          rounds at a time (default: one for each processor)
  --size <n>          about how many records make half a second of work (default: 60000)
  --fates <n>         how often a job is killed or stopped at most (default: drawn, up to 14)
  --failures <n>      stop after so many broken rounds (default: 3)
  --installed <dir>   the command and the plugins in the node_modules there (default: the sources of this repository)
  --keep              keep the folders of clean rounds, too
  --json              the figures as JSON on stdout
  --list              the scenarios
  -h, --help          this text

Examples:
  pnpm chaos --kills 1000
  pnpm chaos --kills 300 --scenario session,interval-join
  pnpm chaos --scenario parts --seed 4711 --rounds 1 --keep

A broken round tells its whole story, keeps its folder, and says how to run it again.
Ctrl-C finishes the rounds in hand; a second one ends at once.
Exit code: 0 all rounds are clean, 1 one is not, 2 the options are wrong.`

const { values } = parseArgs({
  options: {
    kills: { type: 'string' },
    seed: { type: 'string' },
    rounds: { type: 'string' },
    scenario: { type: 'string' },
    jobs: { type: 'string' },
    size: { type: 'string' },
    fates: { type: 'string' },
    failures: { type: 'string' },
    installed: { type: 'string' },
    keep: { type: 'boolean' },
    json: { type: 'boolean' },
    list: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  },
})

const names = Object.keys(scenarios)
const chosen = values.scenario === undefined ? names : values.scenario.split(',')
const unknown = chosen.filter((name) => !names.includes(name))
const figure = (
  name: 'kills' | 'seed' | 'rounds' | 'jobs' | 'size' | 'failures',
): number | undefined => (values[name] === undefined ? undefined : Number(values[name]))
const {
  kills = 200,
  seed = Math.floor(Math.random() * 2 ** 31),
  rounds,
  jobs = availableParallelism(),
  size = 60_000,
  failures = 3,
} = {
  kills: figure('kills'),
  seed: figure('seed'),
  rounds: figure('rounds'),
  jobs: figure('jobs'),
  size: figure('size'),
  failures: figure('failures'),
}

function usage(sentence: string): void {
  console.error(`${sentence}\nTry pnpm chaos --help.`)
  process.exitCode = 2
}

const began = performance.now()

function progress(round: Round, tally: Tally): void {
  const { broken } = round
  if (broken !== undefined) {
    const story = tellStory(round)
    writeFileSync(join(round.folder, 'story.txt'), story)
    console.error(`\n${story}\n`)
  }
  const seconds = Math.round((performance.now() - began) / 1000)
  const goal = rounds === undefined ? `${tally.kills} of ${kills} kills` : `${tally.kills} kills`
  const verdict = broken === undefined ? 'clean' : 'BROKEN'
  console.error(
    `${seconds} s  ${goal}  round ${tally.rounds}: ${round.scenario} seed ${round.seed}, ${round.lives.length} lives, ${verdict}`,
  )
}

function summarize(tally: Tally): void {
  const { broken, clean, kills, lives, phases, stops } = tally
  const seconds = Math.round((performance.now() - began) / 1000)
  if (values.json === true) {
    const failed = broken.map((round) => ({
      scenario: round.scenario,
      seed: round.seed,
      broken: round.broken,
      folder: round.folder,
    }))
    console.log(JSON.stringify({ ...tally, seed, size, seconds, broken: failed }))
    return
  }
  const list = (counts: Readonly<Record<string, number>>): string =>
    Object.entries(counts)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ')
  console.log(
    `${kills} kills and ${stops} stops in ${lives} lives of ${tally.rounds} jobs, ${seconds} s, seeds from ${seed}.`,
  )
  console.log(`Killed in: ${list(phases)}.`)
  console.log(`Clean: ${list(clean)}.`)
  for (const round of broken)
    console.log(`BROKEN: ${round.scenario}, seed ${round.seed}, ${round.folder}`)
  console.log(broken.length === 0 ? 'All clean.' : `${broken.length} broken, see above.`)
}

if (values.help === true) console.log(help)
else if (values.list === true) {
  for (const name of names) console.log(`${name.padEnd(18)}${scenarios[name]?.summary}`)
} else if (unknown.length > 0) {
  usage(`No scenario ${unknown.join(', ')}. There are: ${names.join(', ')}.`)
} else if (
  ![kills, seed, jobs, size, failures, rounds ?? 1].every(
    (one) => Number.isSafeInteger(one) && one >= 0,
  )
) {
  usage('Figures are whole numbers.')
} else {
  const tally = await hunt({
    scenarios: chosen,
    seed,
    size,
    fates: values.fates === undefined ? undefined : Number(values.fates),
    jobs: rounds === undefined ? jobs : Math.min(jobs, rounds),
    installed: values.installed ?? '.',
    keep: values.keep,
    goesOn: isWanted(),
    onRound: progress,
  })
  summarize(tally)
  process.exitCode = tally.broken.length === 0 ? 0 : 1
}

/** Whether to begin another round. Ctrl-C is no: rounds in hand are finished. */
function isWanted(): (tally: Tally) => boolean {
  let begun = 0
  let isStopped = false
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => (isStopped = true))
  }
  return ({ broken, kills: killed }) => {
    if (isStopped || broken.length >= failures) return false
    return rounds === undefined ? killed < kills : begun++ < rounds
  }
}
