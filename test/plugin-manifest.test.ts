import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadAll } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { carriedKinds } from '../src/workloads/carriers.ts';
import { BUILT_IN } from '../src/workloads/cluster/resources.ts';

const Role = z.object({
  kind: z.string(),
  rules: z
    .array(
      z.object({
        apiGroups: z.array(z.string()),
        resources: z.array(z.string()),
        verbs: z.array(z.string()),
      }),
    )
    .default([]),
});

/** `group/resource verb` of everything that the roles of a file allow. */
function allowedBy(file: string): Set<string> {
  const path = join(import.meta.dirname, '..', 'plugin-manifest', 'audit', file);
  const roles = loadAll(readFileSync(path, 'utf8')).map((one) => Role.parse(one));
  return new Set(
    roles.flatMap(({ rules }) =>
      rules.flatMap(({ apiGroups, resources, verbs }) =>
        apiGroups.flatMap((group) =>
          resources.flatMap((resource) => verbs.map((verb) => `${group}/${resource} ${verb}`)),
        ),
      ),
    ),
  );
}

function readable(group: string, resource: string): string[] {
  return ['get', 'list'].map((verb) => `${group}/${resource} ${verb}`);
}

describe('the roles of the CronJob', () => {
  it('allow to read the kinds that run pods, and the accounts that these run as', () => {
    const kinds = BUILT_IN.flatMap(({ group, plural }) => readable(group, plural));
    expect(allowedBy('cluster/cluster-role.yaml')).toEqual(
      new Set([...kinds, ...readable('', 'serviceaccounts')]),
    );
  });

  it('are the same in one namespace and in all', () => {
    expect(allowedBy('namespace/role.yaml')).toEqual(allowedBy('cluster/cluster-role.yaml'));
  });

  it('allow to read every custom kind that runs containers', () => {
    const kinds = carriedKinds().flatMap(([group, names]) =>
      names.flatMap((kind) => readable(group, `${kind.toLowerCase()}s`)),
    );
    expect(allowedBy('cluster/custom-resources.yaml')).toEqual(new Set(kinds));
  });

  it("allow to read Trivy Operator's SBOMs", () => {
    const kinds = ['sbomreports', 'clustersbomreports'];
    expect(allowedBy('cluster/trivy-operator.yaml')).toEqual(
      new Set(kinds.flatMap((kind) => readable('aquasecurity.github.io', kind))),
    );
    // Reports of the whole cluster are in no namespace.
    expect(allowedBy('namespace/trivy-operator.yaml')).toEqual(
      new Set(readable('aquasecurity.github.io', 'sbomreports')),
    );
  });

  it('allow no more than the pull secrets that are named', () => {
    expect(allowedBy('pull-secrets.yaml')).toEqual(new Set(['/secrets get']));
    expect(
      readFileSync(join(import.meta.dirname, '..', 'plugin-manifest/audit/pull-secrets.yaml'), 'utf8'),
    ).toMatch(/resourceNames: \[[^\]]+\]/);
  });
});
