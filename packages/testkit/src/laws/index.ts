// The laws that every stage and every actor has to keep, as tests of vitest or as plain asynchronous functions.
// Random cases come from fast-check; a failure shows the smallest case and the seed that finds it again.
// Stages run on the real engine, actors in the real system under a virtual clock.
// It is an entry of its own: nobody loads fast-check who proves no laws.
// Start with stage-laws.ts and actor-laws.ts.
export { type ActorLawsOptions, actorLaws, checkActorLaws, listActorLaws } from './actor-laws.ts'
export {
  checkDetectorLaws,
  detectorLaws,
  type DetectorLawsOptions,
  listDetectorLaws,
} from './detector-laws.ts'
export { checkSinkLaws, listSinkLaws, sinkLaws } from './ends/sink-laws.ts'
export type { SinkLawsOptions, SinkPlace } from './ends/sink-laws-options.ts'
export { checkSourceLaws, listSourceLaws, sourceLaws } from './ends/source-laws.ts'
export type { SourceEntry, SourceLawsOptions } from './ends/source-laws-options.ts'
export type { Effort, Law } from './law.ts'
export type { ActorUnderTest, ActorWorld } from './run-actor.ts'
export { checkStageLaws, listStageLaws, stageLaws } from './stage-laws.ts'
export type { StageLawsOptions } from './stage-laws-options.ts'
