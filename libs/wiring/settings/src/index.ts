export { SettingsStoreError } from './store/settings-store-error.ts';
