export const NATS_USAGE = `Secures NATS: what each module may do there, and the streams that they use.

  npx @nestjs-spark/cli nats permissions --module Fleet --module HR [options]
      prints an accounts block for nats.conf, with a user and its permissions for each module
      --route Fleet:HR    only these modules copy, OWNER:REQUESTER (default: each from each other)
      --jobs Jobs         a module that accepts and runs jobs; Jobs:api and Jobs:worker are separate
                          users for instances that only accept or only run them
      --peers notes:a,b   the replicas of a service: a user for each node, notes-a and notes-b
      --pipelines Dataflow
                          a module whose instances run pipelines as one cluster
      --events            modules also send and handle their own durable events and requests
      --keys DIR          users have nkeys, whose seeds are in DIR and are created if missing (default: users have passwords)
      --account NAME      the account (default SPARK)

  npx @nestjs-spark/cli nats provision --module Fleet --module HR [--route Fleet:HR] [--jobs Jobs] [--peers notes:a,b] [--pipelines Dataflow]
      creates the streams and buckets, as the user "administrator"; modules are not permitted to
      NATS_URL and the other NATS_ variables name the server and the user

Exit codes: 0 success, 1 NATS refused or cannot be reached, 2 wrong usage.
`;
