/** The token of the module's `AuditLog`. */
export const AUDIT_LOG = Symbol('SPARK_AUDIT_LOG');
