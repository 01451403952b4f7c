/** `SPARK_SETTINGS_STORE` names no store that can be used. Correct it and start again. */
export class SettingsStoreError extends Error {
  override readonly name = 'SettingsStoreError';
}
