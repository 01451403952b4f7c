export * from './index.ts';
export * from './lease/leased-units.ts';
export * from './state/condition.ts';
export * from './status/unit-status.ts';
export * from './watch/carrier.ts';
export * from './watch/status-watch.ts';
