export * from './index.ts';
export { bearerOf } from './admit/bearer.ts';
export {
  callerOf,
  FromCaller,
  requireOperator,
  requireOwnName,
  type Caller,
  type ConsoleUser,
} from './admit/caller.ts';
export { Consoles } from './admit/consoles.ts';
export { ForViewers } from './admit/for-viewers.ts';
export { FromBody } from './admit/from-body.ts';
export { takeToken, type Bucket, type FloodLimits } from './admit/flood-gate.ts';
export { parseJson } from './admit/parse-json.ts';
export { ADMIT_PROVIDERS } from './admit/providers.ts';
export { PendingBodies } from './admit/pending-bodies.ts';
export { AuditStore } from './audit/audit-store.ts';
export { AuditTrail } from './audit/audit-trail.ts';
export { TrailInUse, TrailInUseModule } from './audit/trail-in-use.ts';
export { reasonOf } from './admit/describe-refusal.ts';
export { rawBodyOf } from './admit/raw-body.ts';
export { readBody } from './admit/read-body.ts';
export { IsCollectionName, IsIdPrefix, IsSparkName, MaxBytes } from './admit/rules.ts';
export { SparkController, type SparkRouteOptions } from './admit/spark-controller.ts';
export { SparkGuard } from './admit/spark-guard.ts';
export { TakesNoFields } from './admit/takes-no-fields.ts';
export { answered } from './call/answered.ts';
export { ModuleClient, type ModuleAnswer, type ModuleCall } from './call/module-client.ts';
export { readBounded } from './call/read-bounded.ts';
export { parseAnswer, sendSigned, whyNoAnswer } from './call/send-signed.ts';
export { makeKeyFile, readKeyFiles } from './identify/key-file.ts';
export { KeyRing } from './identify/key-ring.ts';
export type { ActingFor } from './identify/token-claims.ts';
export { keyIdOf, type VerificationKey } from './identify/public-key.ts';
export type { KeyView } from './identify/view-keys.ts';
export { ModuleIdentity } from './identify/module-identity.ts';
export { OperatorToken, operatorTokenFaults, SHORTEST_OPERATOR_TOKEN } from './identify/operator-token.ts';
export { TokenVerifier, type RequestToVerify, type VerifiedModule } from './identify/token-verifier.ts';
export { readTrustedKeys, type TrustedKeys } from './identify/trusted-keys.ts';
export { wrongToken } from './identify/unauthenticated.ts';
export {
  ClientCredentials,
  type ClientCredentialsParts,
  type ProviderClient,
} from './issuer/client-credentials.ts';
export { IssuerKeys, type IssuerAddress } from './issuer/issuer-keys.ts';
export { ISSUED_SKEW_SECONDS, verifyIssued } from './issuer/verify-issued.ts';
export { ProviderTokenError } from './identify/provider-tokens.ts';
export { IssuerTokens, type IssuerSettings } from './issuer/issuer-tokens.ts';
export { AmbiguousModuleError, JoinedRegistry } from './register/joined-registry.ts';
export { answersAt } from './register/answers-at.ts';
export { isAnnouncement, Registration, type Announcement } from './register/registration.ts';
export { OwnAddress } from './register/own-address.ts';
export { ModuleVerifier, type ModuleVerifierParts } from './sign/module-verifier.ts';
export { SELF_CHECK_CONTROLLERS, SELF_CHECK_PROVIDERS } from './self-check/providers.ts';
export { THIS_MODULE, type ThisModule } from './self-check/this-module.ts';
export { SparkIdentityModule, type IdentityOptions } from './identity.module.ts';
