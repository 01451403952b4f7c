export * from './index.ts';
export {
  PostgresConnection,
  type PostgresAddress,
  type PostgresRow,
  type Query,
} from './connect/postgres-connection.ts';
export { describeTable, type Column, type Table } from './connect/describe-table.ts';
export { quoteName, quoteTable } from './connect/quote.ts';
