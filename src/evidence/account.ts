import { describePullSecret, type PullSecretRef } from '../pull-secret-ref.ts';
import type { Fault, Outcome, Reason } from '../reasons.ts';
import { type AccountView, OWN_ACCOUNT, type UnusedSecret, viewAs } from '../registry/accounts.ts';
import { parseReference } from '../registry/reference.ts';
import type { GatheredImage, GatheredManifest, GatherOptions, ImageRequest } from './gather.ts';

type Asked = Pick<GatherOptions, 'registry' | 'accounts' | 'collectors'>;

/** Whom registries see that are asked for an image: the pods that run it, by their pull secrets, else the user. */
export function viewOf(
  { registry, accounts, collectors }: Asked,
  { repository, running, pullSecrets = [] }: ImageRequest,
): Promise<AccountView> {
  if (accounts === undefined || pullSecrets.length === 0)
    return Promise.resolve({ key: OWN_ACCOUNT, registry, unused: [] });
  const other = running?.repository ? parseReference(running.repository) : null;
  const images = [repository, ...(other?.ok ? [other.value.repository] : [])];
  const asked = images.flatMap((image) => [
    image,
    ...collectors.flatMap((collector) => collector.elsewhere?.(image) ?? []),
  ]);
  return viewAs(accounts, pullSecrets, [...new Set(asked)]);
}

/** A request, and whom registries see that are asked for it. */
interface Seen<Request> {
  readonly request: Request;
  readonly view: AccountView;
  /** Requests with the same unit have the same outcome. */
  readonly unit: string;
}

/** Whom registries see for each request. A run that is stopped before that is known asks nobody anything. */
export async function seenBy<Request extends ImageRequest>(
  requests: readonly Request[],
  options: Asked,
  stopped: Promise<void>,
): Promise<readonly Seen<Request>[]> {
  const views = await Promise.race([
    Promise.all(requests.map((request) => viewOf(options, request))),
    stopped,
  ]);
  return requests.map((request, index) => {
    const view = views?.[index] ?? { key: OWN_ACCOUNT, registry: options.registry, unused: [] };
    return { request, view, unit: JSON.stringify([view.key, request.text, request.digest]) };
  });
}

/** What a registry says to those who may not read; some call it "not found". */
const UNREADABLE: ReadonlySet<Reason> = new Set(['CredentialsRejected', 'AccessDenied', 'ImageNotFound']);

/** Whether something was not read that other credentials may have led to. */
export function isUnreadable({ reason }: Fault): boolean {
  return UNREADABLE.has(reason);
}

/** Whether something of an image was not read that other credentials may have led to. */
export function lacksCredentials(outcome: Outcome<GatheredImage>): boolean {
  if (!outcome.ok) return isUnreadable(outcome.fault);
  const { root, children, meant } = outcome.value;
  const faults = [root, ...children].flatMap((manifest) => manifest.faults);
  return faults.some(isUnreadable) || (meant?.ok === false && lacksCredentials(meant));
}

/** The same outcome for an image of pods with these pull secrets: what was not read says which they are, and what is wrong with them. */
export function toldOf(
  gathered: Outcome<GatheredImage>,
  secrets: readonly PullSecretRef[],
  unused: readonly UnusedSecret[],
  collectors: GatherOptions['collectors'],
): Outcome<GatheredImage> {
  const outcome = unused.some(({ why }) => why === 'refused') ? withUnseen(gathered, collectors) : gathered;
  if (secrets.length === 0 || !lacksCredentials(outcome)) return outcome;
  const told = <T extends Fault>(fault: T): T =>
    isUnreadable(fault) ? { ...fault, ...explained(fault, secrets, unused) } : fault;
  if (!outcome.ok) return { ok: false, fault: told(outcome.fault) };
  const { root, children, meant, resolved } = outcome.value;
  const manifest = (one: GatheredManifest): GatheredManifest => ({ ...one, faults: one.faults.map(told) });
  return {
    ok: true,
    value: {
      resolved,
      root: manifest(root),
      children: children.map(manifest),
      meant: meant?.ok === false ? { ok: false, fault: told(meant.fault) } : meant,
    },
  };
}

/**
 * Registries say of a repository that may not be read that it is not there. Beside the image, which was read, that is the truth; of a
 * signature repository in which nothing is seen nobody knows it, as long as a secret that may lead there was not read.
 */
function withUnseen(
  outcome: Outcome<GatheredImage>,
  collectors: GatherOptions['collectors'],
): Outcome<GatheredImage> {
  if (!outcome.ok) return outcome;
  const { root, children, resolved } = outcome.value;
  const apart = collectors
    .flatMap(({ signatureRepository }) => signatureRepository ?? [])
    .filter((repository) => repository !== resolved.reference.repository);
  const manifest = (one: GatheredManifest): GatheredManifest => {
    const seen = new Set(
      [...one.evidence, ...one.faults].map(({ signatureRepository }) => signatureRepository),
    );
    const unseen = apart
      .filter((repository) => !seen.has(repository))
      .map((repository) => ({
        reason: 'ImageNotFound' as const,
        message: `nothing of ${one.digest} is seen in the signature repository ${repository}, which may not show it without credentials`,
        subject: one.digest,
        location: repository,
        signatureRepository: repository,
      }));
    return unseen.length === 0 ? one : { ...one, faults: [...one.faults, ...unseen] };
  };
  return { ok: true, value: { ...outcome.value, root: manifest(root), children: children.map(manifest) } };
}

function explained(
  { message }: Fault,
  secrets: readonly PullSecretRef[],
  unused: readonly UnusedSecret[],
): Pick<Fault, 'message' | 'remediation'> {
  const used = secrets.filter((ref) => !unused.some((one) => isSame(one.ref, ref))).map(describePullSecret);
  const parts = [
    ...(used.length === 0 ? [] : [`its pods are given ${used.join(', ')}`]),
    ...unused.map((one) => `${describePullSecret(one.ref)}, which its pods name, ${one.message}`),
  ];
  const [first] = unused;
  return {
    message: [message, ...parts].join('; '),
    remediation: first?.remediation ?? `put credentials that may read it into ${used.join(' or ')}`,
  };
}

function isSame(one: PullSecretRef, other: PullSecretRef): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
