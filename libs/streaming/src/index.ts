export type { ApplyReport, CaptureReport } from './run/reports.ts';
