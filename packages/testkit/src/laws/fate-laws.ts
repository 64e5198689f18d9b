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
    title: 'it emits with a record in hand or in a hook, and nothing once it is closed',
    runs: Math.min(10, options.runs ?? 10),
  }
  return stageLaw(stage, about, fc.boolean(), async (sample, processBatch) => {
    const one = { ...caseOf(options, sample), processBatch }
    const { watch } = await observeStage(definition, one)
    // What it left behind gets its chance now: timers of the job, real ones that are due, promises.
    for (const task of watch.timers) task()
    await new Promise((resolve) => setTimeout(resolve, 5))
    demand(
      watch.stray === 0,
      () => `It emitted ${watch.stray} times with no record in hand, or after its end.`,
    )
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
