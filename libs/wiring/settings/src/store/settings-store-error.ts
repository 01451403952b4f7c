/** `SPARK_SETTINGS_STORE` does not name a usable store. Correct it and restart. */
export class SettingsStoreError extends Error {
  override readonly name = 'SettingsStoreError';
}
