export { PostgresError, type PostgresErrorKind } from './connect/postgres-error.ts';
