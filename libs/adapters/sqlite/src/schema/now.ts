/** Milliseconds since 1970 in SQL. Any SQLite that writes to the file has to know it: `subsec` came with 3.42 only. */
export const NOW = `CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER)`;
