export type { SqliteSettings } from './connect/settings.ts';
