/**
 * Milliseconds since 1970 in SQL. Any SQLite that writes to the file has to support it: `subsec` is only available since 3.42.
 */
export const NOW = `CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER)`;
