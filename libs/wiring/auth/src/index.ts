export { ApiGuard } from './admit/api-guard.ts';
export { CurrentCaller, MinimumRole, Public } from './admit/decorators.ts';
export { SparkAuthModule } from './auth.module.ts';
export { ApiAuthentication } from './recognize/api-authentication.ts';
export { mayChange, mayRead, ROLES, type ApiCaller, type Owned, type Role } from './recognize/api-caller.ts';
export { type SparkAuthOptions } from './settings/options.ts';
export { AuthSettingsError } from './settings/settings-error.ts';
