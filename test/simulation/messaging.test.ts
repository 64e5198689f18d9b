import { shareOfSeeds } from './share.ts'

shareOfSeeds('messaging', 'mailboxes keep the laws of messages')
