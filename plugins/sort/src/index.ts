// The stage `sort`: puts records in the order of event time.
// It holds each record until the watermark has passed its time; how long that is, the `disorder` of the source says.
// Records of the same time keep the order in which they came.
// What comes behind the watermark can no longer be put in its place: it goes to the output `late`.
// Start with sort.ts.
export { sort, sort as default, type SortParameters } from './sort.ts'
