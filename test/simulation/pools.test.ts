import { shareOfSeeds } from './share.ts'

shareOfSeeds('pools', 'pools lose nothing that the laws keep')
