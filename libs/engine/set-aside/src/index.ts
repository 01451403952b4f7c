export type { SetAsideFailure, SetAsideReason, SetAsideRecord } from './keep/record.ts';
