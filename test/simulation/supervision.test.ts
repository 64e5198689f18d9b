import { shareOfSeeds } from './share.ts'

shareOfSeeds('supervision', 'supervised trees keep the laws of supervision')
