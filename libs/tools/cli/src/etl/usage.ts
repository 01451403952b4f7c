export const ETL_USAGE = `Previews ETL scripts, and lists and reruns set-aside documents.

  npx @nestjs-spark/cli etl preview --module Fleet --collection Cars --script file.js [options]
      what the script would produce from Fleet's cars, compared with the running script; nothing is written
      --for HR            the module that would get the copies (default: --as, SPARK_MODULE_NAME)
      --name NAME         the task's name, where it is not the collection's
      --sample N          how many documents to try, 1 to 100 (default 10)
      --documents ID,ID   these documents instead

  npx @nestjs-spark/cli etl set-aside list --module Fleet [--with HR] [--task Cars] [--take N] [--skip N]
  npx @nestjs-spark/cli etl set-aside retry --module Fleet [--with HR] [--task Cars] [--documents ID,ID]
      lists or reruns documents whose script failed, or that a store refused

  --module NAME   the module to ask
  --url URL       its address (default: as registered, looked up by SPARK_MODULES_URLS, RAVENDB_URLS or NATS_URL)
  --token TOKEN   that module's operator token (default: SPARK_OPERATOR_TOKEN)
  --as HR         ask as this module instead, with its key in --keys-dir (default: SPARK_KEYS_DIR, then keys in SPARK_DATA_DIR)
  --json          the answer as JSON

Exit codes: 0 success, 1 a document or a request failed, 2 wrong usage.
`;
