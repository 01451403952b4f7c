export type { ApplyReport, CaptureReport } from './task/reports.ts';
