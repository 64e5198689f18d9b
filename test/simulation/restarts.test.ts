import { shareOfSeeds } from './share.ts'

shareOfSeeds('restarts', 'starts that can be foretold come as the laws say')
