import { shareOfSeeds } from './share.ts'

shareOfSeeds('pipeline', 'a job gives the results of a plain loop')
