import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { TST_LAW } from '../errors.ts'
import { demand, type Law, shown } from './law.ts'
import { observeStage } from './observe-stage.ts'
import { caseOf, stageLaw, type StageUnderLaw } from './stage-laws-options.ts'

/** Laws on what becomes of each record, and on when a stage may emit. */
export function fateLaws<P>(stage: StageUnderLaw<P>): Law[] {
  return [conservation(stage), stop(stage), absorbs(stage)]
}

function conservation<P>(stage: StageUnderLaw<P>): Law {
  const { definition, options } = stage
  const about = {
    id: 'conservation',
    title: 'each record has one fate: used, filtered, late, dead or dropped',
  }
  return stageLaw(stage, about, fc.boolean(), async (sample, processBatch) => {
    const one = { ...caseOf(options, sample), processBatch }
    const { run, watch } = await observeStage(definition, one)
    demand(watch.fault === undefined, () => watch.fault ?? '')
    const { in: taken, used, filtered, late, dead, dropped, sent } = run.counts
    const sum = used + filtered + late + dead + dropped
    demand(
      taken === sample.input.length && sum === taken,
      () =>
        `Of ${sample.input.length} records it took ${taken} and gave a fate to ${sum}: ${shown(run.counts)}.`,
    )
    for (const [name, values] of Object.entries(run.outputs)) {
      demand(
        sent[name] === values.length,
        () => `It sent ${sent[name]} on ${name}; ${values.length} came.`,
      )
    }
  })
}

function stop<P>(stage: StageUnderLaw<P>): Law {
  const { definition, options } = stage
  const about = {
    id: 'stop',
    title:
      'stopped anywhere, it has given the beginning of its results, and nothing once it is closed',
    runs: Math.min(20, options.runs ?? 20),
  }
  const extra = fc.record({ stopAfter: fc.nat({ max: 24 }), processBatch: fc.boolean() })
  return stageLaw(stage, about, extra, async (sample, { stopAfter, processBatch }) => {
    const one = { ...caseOf(options, sample), processBatch }
    const whole = await observeStage(definition, one)
    const stopped = await observeStage(definition, { ...one, stopAfter })
    // What it left behind gets its chance now: timers of the job, real ones that are due, promises.
    for (const { watch } of [whole, stopped]) for (const task of watch.timers) task()
    await new Promise((resolve) => setTimeout(resolve, 5))
    const stray = whole.watch.stray + stopped.watch.stray
    demand(stray === 0, () => `It emitted ${stray} times with no record in hand, or after its end.`)
    for (const [output, values] of Object.entries(stopped.run.outputs)) {
      const beginning = whole.run.outputs[output]?.slice(0, values.length)
      demand(
        isDeepStrictEqual(values, beginning),
        () =>
          `Stopped behind ${stopAfter} records it gave ${shown(values)} on ${output}; without a stop it begins with ${shown(beginning)}.`,
      )
    }
  })
}

function absorbs<P>(stage: StageUnderLaw<P>): Law {
  const { definition, options } = stage
  const title = definition.absorbs
    ? 'it absorbs records: it keeps them and gives something for them'
    : 'it does not absorb: a record that emitted nothing does not come out later'
  let sawRecords = false
  let sawOutput = false
  const law = stageLaw(
    stage,
    { id: 'absorbs', title },
    fc.boolean(),
    async (sample, processBatch) => {
      const { run, watch } = await observeStage(definition, {
        ...caseOf(options, sample),
        processBatch,
      })
      sawRecords ||= run.counts.used > 0
      sawOutput ||= Object.values(run.outputs).some((values) => values.length > 0)
      if (definition.absorbs) {
        demand(
          definition.keeps !== 'nothing',
          () => 'It says that it absorbs and that it keeps nothing.',
        )
        return
      }
      const silent = run.reasons['no output'] ?? 0
      demand(
        silent === 0 || watch.ofHooks === 0,
        () =>
          `${silent} records count as filtered, but a hook emitted ${watch.ofHooks} times: declare absorbs.`,
      )
    },
  )
  return {
    ...law,
    async check() {
      await law.check()
      if (!definition.absorbs || !sawRecords || sawOutput) return
      const part = `Stage "${definition.name}"`
      const detail = 'It counts records as used, and never gave anything for them.'
      throw TST_LAW({ part, title, detail, example: 'all cases', seed: undefined })
    },
  }
}
