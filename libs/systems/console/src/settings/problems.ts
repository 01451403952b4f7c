import { defineProblem } from '@nestjs-spark/contracts';

/** A module did not answer. Try again once it is running; `module` names it. */
export const MODULE_AWAY = defineProblem('moduleAway', { title: 'A module does not answer', status: 502 });
/** The module's own refusal, passed on. */
export const PASSED_ON = defineProblem('moduleRefused', { title: 'The module refused', status: 400 });
/** A request that changes something was not sent by the console's own page. */
export const NOT_FROM_PAGE = defineProblem('notFromPage', {
  title: "The request did not come from the console's page",
  status: 403,
});
/** Signing in is not configured. Set `SPARK_OPERATOR_TOKEN` or an issuer of `SparkAuthModule`. */
export const CLOSED = defineProblem('consoleClosed', { title: 'Nobody can sign in here', status: 401 });
