// Turns a job specification into running actors: batches, credit, fates, failure policies.
// It knows neither YAML nor plugins by name. Start with plan/job-spec.ts, then run/.
export type {
  ErrorPolicy,
  JobSpec,
  KeyPart,
  OutputRef,
  SinkSpec,
  SourceSpec,
  StageInput,
  StageSpec,
  TimeSpec,
} from './plan/job-spec.ts'
export type { Progress, SinkCounts, SourceCounts, StageCounts, Summary } from './report/summary.ts'
