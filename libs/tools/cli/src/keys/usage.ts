export const KEYS_USAGE = `The keys with which modules identify themselves.

  npx @nestjs-spark/cli keys make HR             makes the key of HR, if there is none yet
  npx @nestjs-spark/cli keys show HR             the thumbprints of HR's keys on this machine
  npx @nestjs-spark/cli keys show --module Fleet
      which keys of other modules Fleet trusts, and which wait for an approval
  npx @nestjs-spark/cli keys approve HR=THUMBPRINT --module Fleet
      makes Fleet trust this key of HR, and no other
  npx @nestjs-spark/cli keys rotate HR           makes HR's next key, which its instances announce when they start
  npx @nestjs-spark/cli keys rotate HR --finish  replaces the current key, which is deleted, with the next one

  --keys-dir DIR  the folder of the keys (default: SPARK_KEYS_DIR, then keys in SPARK_DATA_DIR)
  --module NAME   the module to ask, with its operator token
  --url URL       its address (default: as registered, looked up by SPARK_MODULES_URLS, RAVENDB_URLS or NATS_URL)
  --token TOKEN   its operator token (default: SPARK_OPERATOR_TOKEN)
  --json          the answer as JSON

To change a key without a refused request:
  1. npx @nestjs-spark/cli keys rotate HR
  2. restart every instance of HR, one after the other, and wait a minute
  3. npx @nestjs-spark/cli keys rotate HR --finish
  4. restart them again
Others trust both keys until a day after the new one is in use. Modules that did not run in the meantime need
npx @nestjs-spark/cli keys approve.

Exit codes: 0 success, 1 it could not be done, 2 wrong usage.
`;
