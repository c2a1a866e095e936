import { terminalText } from '../src/report/terminal-text.ts';
import { type ArgoCdOptions, manifestsOf, readSync } from '../src/workloads/argocd/argocd.ts';
import { placeInSync } from '../src/workloads/argocd/hook.ts';
import { planOf } from '../src/workloads/argocd/plan.ts';
import { readObjects } from '../src/workloads/argocd/sync-objects.ts';
import type { Fault } from '../src/reasons.ts';
import type { Workload } from '../src/workloads/source.ts';
import type { Io } from './command.ts';

/** Says what a gate would judge of an Application now. Returns 0, or 3 where something of it cannot be known. */
export async function tellPlan(options: ArgoCdOptions, io: Io): Promise<number> {
  const say = (line: string) => io.stdout(`${terminalText(line)}\n`);
  const unknown = ({ reason, message, remediation }: Fault): number => {
    io.stderr(`${terminalText(`${reason}: ${message}`)}\n`);
    if (remediation !== undefined) io.stderr(`  next: ${terminalText(remediation)}\n`);
    return 3;
  };
  const plan = await planOf(options);
  if (!plan.ok) return unknown(plan.fault);
  const { operation, notRunning } = plan.value;
  const shown = `${operation.namespace}/${operation.application}`;
  say(
    notRunning === null
      ? `the sync of ${shown} that began at ${operation.startedAt}`
      : `the next sync of ${shown} (${notRunning})`,
  );
  for (const { source, revision } of operation.sources) say(`  ${revision}  ${source}`);
  if (operation.withoutHooks) say('  it creates no hooks, so that no gate judges it');
  const manifests = await manifestsOf(operation, options);
  const objects = manifests.ok ? readObjects(manifests.value, shown) : manifests;
  if (!objects.ok) return unknown(objects.fault);
  const { workloads, gaps, sync } = readSync(objects.value, operation, shown);
  say(`${objects.value.length} objects, of which these run images:`);
  for (const workload of workloads) {
    say(
      `  ${workload.kind}/${workload.name}${hookWords(objects.value[(workload.location?.line ?? 0) - 1]?.value)}`,
    );
    for (const line of imagesOf(workload)) say(`    ${line}`);
  }
  for (const child of sync?.children ?? []) say(`  ${child}: not judged with it, needs a gate of its own`);
  for (const gap of gaps) unknown(gap);
  return gaps.length === 0 ? 0 : 3;
}

function imagesOf({ containers }: Workload): string[] {
  return containers.map(({ name, image }) => `${name}: ${image}`);
}

function hookWords(object: unknown): string {
  const { phases, wave } = placeInSync(object);
  const when = phases.join(', ') || 'never applied';
  return when === 'Sync' && wave === 0 ? '' : ` (${when}, wave ${wave})`;
}
