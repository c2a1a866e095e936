import type { Collector } from '../src/evidence/collector.ts';
import { COLLECTORS } from '../src/evidence/collectors.ts';
import { fromMirrors } from '../src/evidence/mirrors.ts';
import { signatureRepository } from '../src/evidence/signature-repository.ts';
import type { Policy } from '../src/policy/policy.ts';
import { type Io, UsageError } from './command.ts';
import type { JudgingFlags } from './flags.ts';
import { githubCollectors } from './github.ts';

/** Where evidence is looked for: beside each image, and where the policy and the flags say. Throws `UsageError`. */
export function findCollectors(flags: JudgingFlags, policy: Policy | null, io: Io): readonly Collector[] {
  const named = flags['github-attestations'];
  if (flags.offline && named.length > 0 && flags.evidence === undefined)
    throw new UsageError(
      '--github-attestations asks GitHub, and --offline does not; name one of them, or --evidence',
    );
  return [
    ...COLLECTORS.map((collector) => fromMirrors(collector, policy?.registryMirrors ?? [])),
    ...(policy?.signatureRepositories ?? []).map((repository) => signatureRepository(repository)),
    ...githubCollectors(named, io),
  ];
}
