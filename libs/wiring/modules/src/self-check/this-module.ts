/** Who this module is and where the settings say that it is reached; the token under which whoever imports the guarded routes provides it. */
export interface ThisModule {
  moduleName: string;
  /** Without a trailing slash; empty: where its server listens. */
  moduleUrl: string;
}

/** `ThisModule` */
export const THIS_MODULE = Symbol('SPARK_THIS_MODULE');
