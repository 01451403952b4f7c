export type { ApplyReport, CaptureReport, RefusedMessage } from './task/reports.ts';
