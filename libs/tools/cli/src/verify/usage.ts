export const VERIFY_USAGE = `Compares the copies that a module keeps with their source, and repairs them.

  npx @nestjs-spark/cli verify --module HR --of Fleet/Cars [options]
      what is missing, stale, a ghost (a copy without a source) or foreign (not a copy of this task); waits for the result
      --repair        repair it; what is foreign is never changed
      --depth DEPTH   content (default): run the script over each document; ids: only compare which documents there are
      --task NAME     only this task
      --no-wait       start, and do not wait
      --report        only show the last report

  --module NAME   the module that keeps the copies
  --url URL       its address (default: as registered, looked up by SPARK_MODULES_URLS, RAVENDB_URLS or NATS_URL)
  --token TOKEN   that module's operator token (default: SPARK_OPERATOR_TOKEN)
  --json          the report as JSON

Exit codes: 0 all copies are correct, 1 some are not or a request failed, 2 wrong usage.
`;
