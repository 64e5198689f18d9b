import { nearestName } from '@millrace/base'
import { defineCommand } from '@millrace/sdk'
import { ANOMALY_USAGE } from './evaluate/errors.ts'

const help = `
Usage: millrace anomaly evaluate|compare|sweep --data PATH [options]

  evaluate   one detector over labelled series: how good it is, where it fails, what it costs
  compare    several detectors over the same series, side by side
  sweep      one detector with many parameters, or at many thresholds

Data: a .csv or .jsonl file, or a folder of them (folders in it are groups).
  --data PATH            where it is
  --labels FILE          windows: {"group/file.csv": [["first time", "last time"]]}, as NAB's
  --label NAME           column that is not 0 where something is strange (found by its name: label)
  --fields A,B           columns of the points (default: all that hold numbers)
  --time NAME            column of the time (found by its name: timestamp, time, date)
  --by NAME              column whose values are series of their own
  --only NAME,…          groups or files

How detectors are run
  --causal               they know nothing of what a series holds in all (default)
  --warmup N             with --causal: points they are told they have to settle (300)
  --informed             they are told what NAB tells: probation as warm-up, least and largest value
  --judge JSON           threshold, refractory, hysteresis, persistence, as of the stage; and scale:
                         {"threshold": {"spot": 1e-4}, "refractory": 50}
  --score KIND           what counts as the score: rank (default), likelihood, raw
  --refractory N         points that are silenced after an alert; below 1 a share of the warm-up
  --mask-at SCORE        score that silences (default: whatever is the strangest so far);
                         tuned: the threshold, whichever is best so
  --seed N               where their random numbers begin (1)
  --json                 the figures as JSON

evaluate
  --detector NAME        a name, or the file of one of your own: ./mine.ts
                         (default: ensemble, of several fields sensors)
  --parameters JSON      its parameters
  --out DIR              result files in NAB's layout
  --plot                 with --out: report.html, a chart of each series
  --threshold SCORE      also score at this threshold
  --holdout              per file: the threshold that is best for the other groups

compare
  --detectors A,B        names or files
  --parameters JSON      of each by its name: {"knn": {"k": 5}}
  --out DIR              result files in NAB's layout

sweep
  --detector NAME        as of evaluate
  --grid JSON            lists of values, of which all combinations are tried: {"k": [3, 5]}
  --thresholds           instead: the figures at thresholds from 0.9 on

Examples:
  millrace anomaly evaluate --data nab/data --labels nab/labels/combined_windows.json
  millrace anomaly evaluate --data nab/data --labels nab/labels/combined_windows.json \\
    --detector ewma --parameters '{"halfLife": 50}' --informed --refractory 0.2 --out results --plot
  millrace anomaly evaluate --data readings.jsonl --by sensor --fields value --detector rrcf
  millrace anomaly compare --data plant.csv --label fault --detectors rrcf,half-space
  millrace anomaly sweep --data plant.csv --label fault --detector rrcf --grid '{"trees": [40, 80]}'`

const verbs = ['evaluate', 'compare', 'sweep']

/** `millrace anomaly`: what tells how good a detector is. */
export default defineCommand({
  name: 'anomaly',
  summary: 'Tells how good detectors of anomalies are on labelled series.',
  help,
  async run([verb, ...args], terminal) {
    if (verb === 'evaluate') {
      const { evaluate } = await import('./evaluate/evaluate.ts')
      return evaluate(args, terminal)
    }
    if (verb === 'compare') {
      const { compare } = await import('./evaluate/compare.ts')
      return compare(args, terminal)
    }
    if (verb === 'sweep') {
      const { sweep } = await import('./evaluate/sweep.ts')
      return sweep(args, terminal)
    }
    if (verb === undefined) {
      terminal.error(`${help.trim()}\n`)
      return 2
    }
    const near = nearestName(verb, verbs)
    throw ANOMALY_USAGE({ problem: `millrace anomaly has no command "${verb}"`, near })
  },
})
